"""Whose a call is that was made through something that grew from the leaked session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.analysis.clients import made_by_aws_service
from gdkit.identifiers import normal_address

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.model import Party

CHAINED_BY: dict[str, tuple[Party, str, str]] = {
    "thief": ("thief", "chained_by_thief", "signed with a credential that a call of the thief issued"),
    "workload": ("unknown", "chained_by_workload", "signed with a credential that the workload had issued"),
    "unknown": ("unknown", "chained_by_unknown", "signed with a credential whose issue nobody is proven to have asked"),
}
"""Whose a call in a chained session is, by who asked for its credential: party, rule, meaning."""

CHAINED_AT_THIEFS_ADDRESS = "chained_at_thiefs_address"
CHAINED_AT_WORKLOADS_ADDRESS = "chained_at_workloads_address"
CHAINED_AWS_SERVICE = "chained_aws_service"
CHANGED_AT_THIEFS_ADDRESS = "changed_at_thiefs_address"

CREATED_BY: dict[str, tuple[Party, str, str]] = {
    "thief": ("thief", "created_by_thief", "made by something that a call of the thief created or started"),
    "unknown": ("unknown", "created_by_unknown", "made by something that a call of nobody proven created or started"),
}
"""Whose a call of something new is, by who made it: a user, role, instance, function, task or build."""

CONSOLE_BY: dict[str, tuple[Party, str, str]] = {
    "thief": (
        "thief",
        "console_by_thief",
        "in the console, by a session that the thief signed in to or switched to there, and nobody else did",
    ),
    "unknown": (
        "unknown",
        "console_by_unknown",
        "in the console, by a session that was signed in to or switched to there, not by the thief alone for certain",
    ),
}
"""Whose a call in the console is, by who asked for the session's sign-in token, or switched to its role."""

CHANGED_BY: dict[str, tuple[Party, str, str]] = {
    "thief": (
        "unknown",
        "changed_by_thief",
        "by something that was there before and that the thief changed: a password, a trust, a code or a role that "
        "others use too",
    ),
    "unknown": ("unknown", "changed_by_unknown", "by something that was there before and that nobody proven changed"),
}
"""Whose a call of something changed is, by who changed it."""

ENDED_BY: dict[str, tuple[Party, str, str]] = dict.fromkeys(
    ("thief", "workload", "unknown"),
    (
        "unknown",
        "chained_after_end",
        "by the principal of a chained session after its credential, or in the console after the session there, had "
        "ended: it was begun again, and no event shows by whom",
    ),
)
"""Whose a call is that only a principal links, later than what was issued to it was good: nobody's, whoever asked."""

BY_STRENGTH = {"key": CHAINED_BY, "created": CREATED_BY, "principal": CHAINED_BY, "console": CONSOLE_BY,
               "changed": CHANGED_BY, "ended": ENDED_BY}  # fmt: skip
"""The rules for each way a call is recognised, the surest way first."""

CHAINED_RULES: dict[str, tuple[Party, str]] = {
    CHAINED_AT_THIEFS_ADDRESS: ("thief", "in a chained session, from an address that only the thief called from"),
    CHAINED_AT_WORKLOADS_ADDRESS: ("workload", "in a session that the workload began, from the workload's own address"),
    CHANGED_AT_THIEFS_ADDRESS: (
        "thief",
        "by an identity that was changed through the leaked session, from an address that only the thief called from",
    ),
    CHAINED_AWS_SERVICE: ("unknown", "an AWS service made the call for a chained session"),
    **{rule: (party, meaning) for by in BY_STRENGTH.values() for party, rule, meaning in by.values()},
}
"""Every rule that can decide on a chained call: party and meaning."""


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses that tell somebody: only the thief called from them, or the workload and not the thief."""

    only_thiefs: frozenset[str]
    workloads: frozenset[str]


def places_of(own: pd.DataFrame) -> Places:
    """Give the telling addresses of the leaked session's own calls, from their ``party``."""
    at = {party: _addresses(own, party) for party in ("thief", "workload", "unknown")}
    return Places(at["thief"] - at["workload"] - at["unknown"], at["workload"] - at["thief"])


def decide(calls: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Say who made each call that was reached through something that grew from the session.

    Args:
        calls: ``tables.EVENTS`` with ``strength`` (a key of ``BY_STRENGTH``), ``asked_by`` (party) and ``issue``
            (event id) of what each was reached by.
        places: from ``places_of``: whose address is whose.

    Returns:
        The calls with ``party``, ``rule`` and ``evidence``.
    """
    issuer, strength = calls["asked_by"], calls["strength"]
    names = {f"{way} {party}": rule for way, by in BY_STRENGTH.items() for party, (_, rule, _) in by.items()}
    rule = (strength + " " + issuer).map(names)
    written = calls["source_address"]
    address = written.map({text: normal_address(text) for text in written.dropna().unique()})
    rule = rule.mask((issuer == "workload") & address.isin(places.workloads), CHAINED_AT_WORKLOADS_ADDRESS)
    only_thief = address.isin(places.only_thiefs)
    changed = strength == "changed"
    open_yet = (issuer != "thief") | (strength == "ended")
    rule = rule.mask(open_yet & ~changed & only_thief, CHAINED_AT_THIEFS_ADDRESS)
    rule = rule.mask(changed & only_thief, CHANGED_AT_THIEFS_ADDRESS)
    rule = rule.mask(made_by_aws_service(calls), CHAINED_AWS_SERVICE)
    said = rule.map({name: meaning for name, (_, meaning) in CHAINED_RULES.items()}) + ". Issued by event "
    evidence = said + calls["issue"].fillna("(no id)")
    party = rule.map({name: party for name, (party, _) in CHAINED_RULES.items()})
    return calls.assign(party=party, rule=rule, evidence=evidence.astype("str"))


def _addresses(own: pd.DataFrame, party: str) -> frozenset[str]:
    of_party = (own["party"] == party) & own["address_kind"].isin(["public", "private"])
    return frozenset(filter(None, map(normal_address, own.loc[of_party, "source_address"].dropna().unique())))
