"""Calls that issue a credential, or tried to: AssumeRole and its kin."""

from __future__ import annotations

import pandas as pd

from gdkit import tables
from gdkit.analysis.credential_ends import LONGEST_CONSOLE_SESSION, LONGEST_CREDENTIAL
from gdkit.analysis.lineage.reach import GRANTS, Trail, in_console, positions_of
from gdkit.trail.issuing import ISSUES

SERVICE_LINKED = r":role/aws-service-role/|:role/AWSServiceRole"
"""Roles that a service takes, itself or in a caller's name, for its own work, which is no hop.

Where nothing says that a service took it, a role of such a name is followed: anybody may name his role so.

Source: IAM User Guide, "Service-linked roles".
"""


def asked_in(rows: pd.DataFrame) -> pd.DataFrame:
    """Give those of the calls that issued a credential, or tried to."""
    asked = (
        rows["event_name"].str.startswith(("AssumeRole", "AssumeRoot"), na=False)
        | rows["new_access_key_id"].notna()
        | _named(rows)
    )
    by_service = (rows["identity_type"] == "AWSService") | rows["invoked_by"].notna()
    linked = by_service & rows["requested_role_arn"].str.contains(SERVICE_LINKED, na=False)
    return rows[asked & ~linked]


def role_accounts(rows: pd.DataFrame) -> pd.Series:
    """Give the account of the role that each call asked for; the call's own where it names none."""
    named = rows["requested_role_arn"].str.extract(r":(\d{12}):role/", expand=False)
    return named.fillna(rows["account_id"])


def ends_of(issues: pd.DataFrame) -> pd.Series:
    """Give when the credential of each issue ends: as its record says, else when no temporary one can be good."""
    return issues["new_key_expires_at"].fillna(issues["event_at"] + LONGEST_CREDENTIAL)


def hop_rows(rows: pd.DataFrame, *, hop: int | pd.Series) -> pd.DataFrame:
    """Give the rows of ``tables.HOPS`` for calls that issued a credential, or tried to."""
    made = pd.DataFrame(
        {
            "event_id": rows["event_id"],
            "event_at": rows["event_at"],
            "event_name": rows["event_name"],
            "hop": hop,
            "party": rows.get("party", None),
            "from_key": rows["access_key_id"],
            "to_key": rows["new_access_key_id"],
            "to_principal": rows["new_principal_id"].fillna(rows["requested_role_arn"]),
            "expires_at": rows["new_key_expires_at"],
            "account_id": rows["account_id"],
            "error_code": rows["error_code"],
        }
    )
    return made.drop_duplicates(["event_id", "to_key"])


def key_grants(asked: pd.DataFrame, trail: Trail, party_of: pd.Series, own_keys: tuple[str, ...]) -> pd.DataFrame:
    """Give what leads to the calls of the new sessions: by key, and by principal where a record has no key of it.

    By principal, too, where the role was switched to in the console, which signs with more keys than that one. A
    principal leads to calls until its credential ends: the role can be taken again, under the same name, by others. A
    key needs no end: AWS refuses it after that.

    Args:
        asked: calls that issued a credential.
        trail: the whole trail.
        party_of: party of every event that is known so far, by its position; missing for others.
        own_keys: the leaked session's own keys: its calls are known already.

    Returns:
        The columns of ``reach.GRANTS``.
    """
    fresh = asked[asked["new_access_key_id"].notna() & ~asked["new_access_key_id"].isin(own_keys)]
    if fresh.empty:
        return frame_of_grants([])
    key = _grants(fresh, by="access_key_id", value=fresh["new_access_key_id"], node=fresh["new_access_key_id"],
                  strength="key", certain=True)  # fmt: skip
    begun = fresh[fresh["new_principal_id"].notna() & fresh["event_at"].notna()]
    sole = _sole(begun["new_principal_id"], "new_principal_id", begun["party"], trail, party_of)
    base = {"by": "principal_id", "value": begun["new_principal_id"], "node": begun["new_access_key_id"],
            "until": ends_of(begun)}  # fmt: skip
    half = _grants(begun, **base, only="half", strength="principal", asked_by=begun["party"].where(sole, "unknown"))
    echo = _grants(begun[sole], **base, only="echo", strength="principal")
    console = _grants(begun[in_console(begun)], **base | {"until": begun["event_at"] + LONGEST_CONSOLE_SESSION},
                      only="console", strength="console",
                      asked_by=begun["party"].where(sole, "unknown"))  # fmt: skip
    return pd.concat([key, half, echo, console], ignore_index=True)


def console_grants(rows: pd.DataFrame, trail: Trail, party_of: pd.Series) -> pd.DataFrame:
    """Give what leads to the console sessions that calls asked a sign-in token for.

    A console session signs with keys of its own under the same principal id, until it ends.

    Source: IAM User Guide, "Enable custom identity broker access to the AWS console"; CloudTrail User Guide,
    sessionCredentialFromConsole.
    """
    asked = rows[
        (rows["event_name"] == "GetSigninToken")
        & rows["error_code"].isna()
        & rows["principal_id"].notna()
        & rows["event_at"].notna()
        & rows["party"].isin(["thief", "unknown"])
    ]
    if asked.empty:
        return frame_of_grants([])
    sole = _sole(asked["principal_id"], "principal_id", asked["party"], trail, party_of, only="GetSigninToken")
    return _grants(asked, by="principal_id", value=asked["principal_id"], only="console", strength="console",
                   node="console_session:" + asked["principal_id"],
                   until=asked["event_at"] + LONGEST_CONSOLE_SESSION,
                   asked_by=asked["party"].where(sole, "unknown"))  # fmt: skip


def frame_of_grants(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Make a frame of grants from rows that have every column of ``reach.GRANTS``."""
    return tables.frame_of_kinds(GRANTS, rows)


def _named(rows: pd.DataFrame) -> pd.Series:
    service = rows["event_source"].fillna("").str.removesuffix(".amazonaws.com")
    return (service + " " + rows["event_name"].fillna("")).isin(ISSUES)


def _grants(rows: pd.DataFrame, **named: object) -> pd.DataFrame:
    made = {"only": "all", "detail": None, "certain": False, "since": rows["event_at"], "until": None,
            "issue": rows["event_id"], "asked_by": rows["party"], "hop": rows["hop"] + 1, **named}  # fmt: skip
    return tables.typed(pd.DataFrame(made, index=rows.index)[list(GRANTS)], GRANTS).reset_index(drop=True)


def _sole(principals: pd.Series, by: str, parties: pd.Series, trail: Trail, party_of: pd.Series, *,
          only: str | None = None) -> pd.Series:  # fmt: skip
    """Tell for each principal whether all that is known to have begun its sessions is one party's.

    A principal that took one role again and again is looked at once: its askers are told apart, not its calls.
    """
    places, distinct = pd.factorize(principals)
    position, number = positions_of(trail, by, pd.Series(distinct))
    counted = trail.events["error_code"].isna().to_numpy()[position]
    if only is not None:
        counted = counted & (trail.events["event_name"] == only).to_numpy()[position]
    askers = pd.DataFrame({"number": number, "asker": party_of.to_numpy()[position]})[counted].drop_duplicates()
    many = askers["number"].value_counts()
    asked = askers.drop_duplicates("number").set_index("number")["asker"]
    mine = pd.Series(places, index=principals.index)
    none, same = ~mine.isin(many.index), mine.map(asked) == parties
    return none | (same & (mine.map(many) == 1))
