"""Asks the rules, twice: first what an address proves by itself, then how the other calls compare with those proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gdkit.analysis.attribution.by_address import address_rules
from gdkit.analysis.attribution.by_comparison import comparison_rules
from gdkit.analysis.attribution.evidence import evidence_of
from gdkit.analysis.attribution.known import foreign, what_is_known
from gdkit.analysis.clients import clients_of
from gdkit.analysis.places import places_of
from gdkit.analysis.rules import PARTY, RULES

if TYPE_CHECKING:
    from gdkit.model import LeakedSession, Subject

COLUMNS = [
    "event_at", "event_name", "event_source", "error_code", "source_address", "address_kind", "user_agent",
    "principal_id", "access_key_id", "invoked_by", "role_name", "session_name", "credential_issued_at",
    "ec2_role_delivery", "vpc_endpoint_account_id", "tls_version", "tls_cipher_suite", "request_parameters",
    "response_elements", "authentication_method",
]  # fmt: skip
"""The columns that the rules look at; each selection of rows copies no more than these."""


def attribute(events: pd.DataFrame, used: pd.Series, session: LeakedSession, subject: Subject) -> pd.DataFrame:
    """Say of each event of the session who made it.

    Args:
        events: ``tables.EVENTS``, the whole trail: other instances' agents show other hosts' addresses.
        used: boolean per event: the calls made with the session's credentials.
        session: the leaked session.
        subject: what the investigation starts from; without a finding no address is known to be the thief's.

    Returns:
        Columns ``party``, ``rule`` and ``evidence``, indexed as the session's events are.
    """
    events = events[COLUMNS]
    own = events[used]
    place = places_of(own["source_address"])
    spot = own["vpc_endpoint_account_id"].where(foreign(own, session.account_id), place)
    calls = own.assign(place=place, client=clients_of(own["user_agent"]), spot=spot)
    known = what_is_known(events, used, calls, session, subject)
    by_address = address_rules(calls, known)
    proven = _decide(calls, by_address)
    rule = _decide(calls, by_address | comparison_rules(calls, known, proven))
    evidence = evidence_of(calls, rule, subject.access_key_id if subject.finding else None)
    return pd.DataFrame({"party": rule.map(PARTY), "rule": rule, "evidence": evidence}, index=calls.index).astype("str")


def _decide(calls: pd.DataFrame, masks: dict[str, pd.Series]) -> pd.Series:
    asked = [rule.name for rule in RULES if rule.name in masks]
    chosen = np.select([masks[name].to_numpy(dtype=bool) for name in asked], asked, default="undecided")
    return pd.Series(chosen, index=calls.index, dtype="str")
