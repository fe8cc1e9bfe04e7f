"""What a decision rests on, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gdkit.analysis.rules import MEANING


def evidence_of(calls: pd.DataFrame, rule: pd.Series, finding_key: str | None) -> pd.Series:
    """Write what each decision rests on, once for each distinct set of facts.

    Args:
        calls: the session's calls.
        rule: name of the rule that decided on each.
        finding_key: the key that the finding names; None where there is no finding.
    """
    facts = calls[["source_address", "access_key_id", "user_agent", "ec2_role_delivery"]].astype("object")
    facts = facts.where(facts.notna(), None).assign(rule=rule)
    written: dict[tuple[Any, ...], str] = {}
    for row in facts.itertuples(index=False, name=None):
        if row not in written:
            written[row] = _sentence(row, finding_key)
    return pd.Series([written[row] for row in facts.itertuples(index=False, name=None)], index=calls.index, dtype="str")


def _sentence(facts: tuple[Any, ...], finding_key: str | None) -> str:
    address, key, client, delivery, rule = facts
    same = "" if finding_key is None else (" (the finding's key)" if key == finding_key else " (not the finding's key)")
    version = {"1.0": "IMDSv1", "2.0": "IMDSv2"}.get(delivery or "", "a version not recorded")
    return (
        f"{MEANING[rule]}. Address {_short(address)}; key {_short(key)}{same}; client {_short(client)}; "
        f"credential delivered by {version}"
    )


def _short(text: str | None, most: int = 120) -> str:
    if text is None:
        return "none"
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
