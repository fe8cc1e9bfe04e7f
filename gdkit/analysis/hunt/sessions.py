"""The instance-role sessions in a log, and the events that bear on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gdkit.analysis.attribution.lifetime import INSTANCE_IDS, lifecycle_calls
from gdkit.analysis.machines import machine_of
from gdkit.analysis.places import places_of
from gdkit.analysis.providers import in_strange_network
from gdkit.analysis.session import commonest
from gdkit.identifiers import is_instance_id, parse_principal_id
from gdkit.model import LeakedSession

if TYPE_CHECKING:
    from collections.abc import Iterator


OTHERS_KEPT = 3
"""Sessions kept as witnesses for each place and client; two would do, and one of them may be the judged one."""


SIGN_INS = frozenset({"GetSigninToken", "ConsoleLogin"})
"""Calls that take a session into the console. Source: CloudTrail User Guide, "Console sign-in events"."""

CONTROLS = frozenset({"SendCommand", "StartSession", "ResumeSession", "SendSSHPublicKey", "OpenTunnel",
                      "SendSerialConsoleSSHPublicKey", "GetCommandInvocation", "GetPasswordData"})  # fmt: skip
"""Calls by which somebody works on an instance from elsewhere. Source: Systems Manager and EC2 API References."""


@dataclass(frozen=True, slots=True)
class InstanceSession:
    """One session of an instance's role, or of its identity role.

    Attributes:
        session: its names.
        identity_role: whether it is the role ``aws:ec2-instance`` that AWS gives every instance.
        events: ``tables.EVENTS`` that bear on it: those of the instance, and other instances' from the same places.
        used: boolean per event of these: the session's own calls.
        controls: ``tables.EVENTS``: calls of principals that are no instance's, by which they controlled the instance.
    """

    session: LeakedSession
    identity_role: bool
    events: pd.DataFrame
    used: pd.Series
    controls: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Sessions:
    """The instance-role sessions of a log.

    Attributes:
        number: how many there are.
        instances: how many instances they belong to.
        calls: how many calls they made.
        doubtful: those in which a sign can be at all, one after another.
    """

    number: int
    instances: int
    calls: int
    doubtful: Iterator[InstanceSession]


def find_sessions(events: pd.DataFrame) -> Sessions:
    """Give every session that is named after an instance, by principal.

    Rows that carry no principal id (exports of the console) are taken together by role and session name.

    Args:
        events: ``tables.EVENTS``.

    Source: IAM User Guide, "Policy variables": the session name of an EC2 role session is the instance id; EC2 User
        Guide, "Instance identity roles".
    """
    calls = events[_named_after_instance(events["session_name"])]
    unnamed = "?" + calls["role_name"].fillna("") + ":" + calls["session_name"]
    calls = calls.assign(place=places_of(calls["source_address"]), who=calls["principal_id"].fillna(unnamed))
    return Sessions(calls["who"].nunique(), calls["session_name"].nunique(), len(calls), _doubtful(events, calls))


def _doubtful(events: pd.DataFrame, calls: pd.DataFrame) -> Iterator[InstanceSession]:
    lifecycle, controls = lifecycle_calls(events), _controls(events)
    by_place, by_name = _few_of_each(calls).groupby("place").groups, calls.groupby("session_name").groups
    by_instance, controlled = lifecycle.groupby("instance").groups, controls.groupby("instance").groups
    by_who = calls.groupby("who").groups
    for who in _in_doubt(calls, {str(name) for name in (*by_instance, *controlled)}):
        own = calls.loc[by_who[who]]
        name = str(own["session_name"].iloc[0])
        wanted = by_name[name].union(by_instance.get(name.lower(), own.index))
        for place in own["place"].dropna().unique():
            wanted = wanted.union(by_place.get(place, own.index))
        around = events.loc[wanted]
        used = pd.Series(around.index.isin(own.index), index=around.index)
        outside = events.loc[controlled.get(name.lower(), own.index[:0])]
        yield InstanceSession(_describe(own), _is_identity_role(own), around, used, outside)


def _in_doubt(calls: pd.DataFrame, touched: set[str]) -> list[str]:
    """Give the sessions in which any sign can be: two machines or places, a strange one, the console, an outside hand.

    Most sessions of a log have one address and one system, and are not worth the whole judgement.
    """
    clients = calls["user_agent"].dropna().unique()
    machines = calls["user_agent"].map({client: machine_of(client) for client in clients})
    public = calls["place"].where(calls["address_kind"] == "public")
    strange = [place for place in public.dropna().unique() if in_strange_network(place)]
    by_who = calls.assign(machine=machines, public=public).groupby("who")
    doubt = (by_who["machine"].nunique() > 1) | (by_who["public"].nunique() > 1)
    odd = public.isin(strange) | machines.map(lambda machine: bool(machine.unlike_ec2), na_action="ignore").eq(True)
    odd |= calls["session_name"].str.lower().isin(touched)
    odd |= calls["event_name"].isin(SIGN_INS) | calls["console_session"].eq(True)
    return sorted({*doubt.index[doubt], *calls.loc[odd, "who"]})


def _few_of_each(of_instances: pd.DataFrame) -> pd.DataFrame:
    """Keep for each place, client and service one call of each of the first sessions there.

    That others call from a place, and with which clients, is all that is asked of them; a thousand instances behind one
    NAT gateway would otherwise be held against one another.
    """
    what = ["place", "user_agent", "event_source"]
    once = of_instances.sort_values([*what, "session_name", "event_id"]).drop_duplicates([*what, "session_name"])
    return once.groupby(what, dropna=False).head(OTHERS_KEPT)


def _controls(events: pd.DataFrame) -> pd.DataFrame:
    """Give the calls that control an instance from outside, with ``instance``: one row a call and instance."""
    calls = events[
        events["event_name"].isin(CONTROLS)
        & events["error_code"].isna()
        & ~_named_after_instance(events["session_name"])
    ]
    named = calls["request_parameters"].str.lower().str.findall(INSTANCE_IDS).explode()
    return named.dropna().to_frame("instance")


def _named_after_instance(names: pd.Series) -> pd.Series:
    known = {name: is_instance_id(name) for name in names.dropna().unique()}
    return names.map(known).eq(True)


def _describe(own: pd.DataFrame) -> LeakedSession:
    principal = parse_principal_id(commonest(own["principal_id"]))
    name = str(own["session_name"].iloc[0])
    return LeakedSession(
        principal_id=commonest(own["principal_id"]),
        role_id=principal.unique_id if principal else None,
        role_name=commonest(own["role_name"]),
        role_arn=commonest(own["role_arn"]),
        session_name=name,
        instance_id=name,
        account_id=commonest(own["identity_account_id"]),
    )


def _is_identity_role(own: pd.DataFrame) -> bool:
    by_principal = own["principal_id"].str.contains(":aws:ec2-instance:", regex=False, na=False)
    return bool(((own["role_name"] == "aws:ec2-instance") | by_principal).any())
