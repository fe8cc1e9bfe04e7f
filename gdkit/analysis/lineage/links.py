"""What leads from one thing to another, as rows: from where, to what, by which event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from gdkit import tables
from gdkit.analysis.lineage.issues import role_accounts
from gdkit.analysis.lineage.reach import in_console

if TYPE_CHECKING:
    from gdkit.analysis.lineage.things import Thing

LINKS = {
    "from": "str", "to": "str", "event_id": "str", "event_at": "datetime64[us, UTC]", "kind": "str", "party": "str",
    "error_code": "str", "hop": "int64", "to_kind": "str", "to_label": "str", "to_account": "str",
}  # fmt: skip
"""Columns of a frame of links: those of ``tables.LINEAGE_EDGES``, then what is known of the thing led to."""

FAILED_SIGN_IN = "ConsoleLogin Failure"
"""Stands as error code of a sign-in that failed: its record has none.

Source: CloudTrail User Guide, "AWS Management Console sign-in events", responseElements.ConsoleLogin.
"""


def issue_links(asked: pd.DataFrame, *, hop: int | pd.Series) -> pd.DataFrame:
    """Give a link for each call that issued a credential, or tried to: to the key, or to what was asked for."""
    token = asked["event_name"] == "GetSigninToken"
    key = asked["new_access_key_id"]
    wanted = asked["new_principal_id"].fillna(asked["requested_role_arn"])
    target = wanted.fillna("credential:" + asked["node"] + ":" + asked["event_name"].fillna(""))
    target = key.fillna(target).mask(token, "console_session:" + asked["principal_id"].fillna(asked["node"]))
    kind = pd.Series("access_key", index=asked.index, dtype="str").mask(key.isna(), "role").mask(
        key.isna() & wanted.isna(), "credential").mask(token, "console_session")  # fmt: skip
    named = asked["requested_role_arn"].str.extract(r"/([^/]*)$", expand=False)
    session = named + "/" + asked["requested_session_name"]
    label = session.fillna(named).fillna(key).fillna(asked["event_name"])
    label = label.mask(token, asked["principal_id"].fillna("console"))
    return _links(asked, target, hop, to_kind=kind, to_label=label, to_account=role_accounts(asked))


def sign_in_links(level: pd.DataFrame, *, hop: int | pd.Series) -> pd.DataFrame:
    """Give a link for each sign-in to the console: to the console session, also where it failed."""
    rows = level[(level["event_name"] == "ConsoleLogin") & ~level["node"].str.startswith("console_session:")]
    if rows.empty:
        return tables.frame_of_kinds(LINKS, [])
    rows = rows.assign(error_code=rows["error_code"].fillna(failed_sign_in(rows)))
    who = rows["principal_id"].fillna(rows["user_name"]).fillna(rows["node"])
    label = rows["user_name"].fillna(who)
    return _links(rows, "console_session:" + who, hop, to_kind="console_session", to_label=label,
                  to_account=rows["account_id"])  # fmt: skip


def failed_sign_in(rows: pd.DataFrame) -> pd.Series:
    """Give the error of each call that is a sign-in which failed; missing for all others."""
    failed = (rows["event_name"] == "ConsoleLogin") & rows["response_elements"].str.contains(
        '"ConsoleLogin":"Failure"', regex=False, na=False
    )
    return pd.Series(FAILED_SIGN_IN, index=rows.index, dtype="str").where(failed)


def thing_links(made: list[tuple[dict[str, Any], Thing]]) -> pd.DataFrame:
    """Give a link for each thing that a call made or changed, or would have."""
    rows = [
        {"from": row["node"], "to": thing.node, "event_id": row["event_id"], "event_at": row["event_at"],
         "kind": row["event_name"], "party": row["party"], "error_code": row["error_code"], "hop": row["hop"] + 1,
         "to_kind": thing.kind, "to_label": thing.label, "to_account": row["account_id"]}
        for row, thing in made
    ]  # fmt: skip
    return tables.frame_of_kinds(LINKS, rows)


def first_uses(calls: pd.DataFrame, links: pd.DataFrame, root: str) -> pd.DataFrame:
    """Give a link from the session to each of its keys whose issue was not seen: by the first call with it.

    A key of a console session of the leaked principal is linked from that session, where its sign-in token was seen.
    """
    own = calls[(calls["hop"] == 0) & calls["access_key_id"].notna() & ~calls["access_key_id"].isin(links["to"])]
    first = own.sort_values(["event_at", "event_id"]).drop_duplicates("access_key_id")
    console = "console_session:" + first["principal_id"].fillna("")
    begun = in_console(first) & console.isin(links["to"])
    first = first.assign(node=console.where(begun, root), event_name="first use", error_code=None)
    return _links(first, first["access_key_id"], 0, to_kind="access_key", to_label=first["access_key_id"],
                  to_account=first["identity_account_id"])  # fmt: skip


def _links(rows: pd.DataFrame, target: pd.Series, hop: int | pd.Series, **thing: object) -> pd.DataFrame:
    made = {"from": rows["node"], "to": target, "event_id": rows["event_id"], "event_at": rows["event_at"],
            "kind": rows["event_name"], "party": rows["party"], "error_code": rows["error_code"], "hop": hop,
            **thing}  # fmt: skip
    return tables.typed(pd.DataFrame(made, index=rows.index)[list(LINKS)], LINKS)
