"""The findings as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.identifiers import parse_principal_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from gdkit.model import Finding


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Give one row a finding, with the columns of ``tables.FINDINGS``; no findings give the same columns, empty."""
    return tables.frame_of_rows(tables.FINDINGS, (_row(finding) for finding in findings))


def _row(finding: Finding) -> Mapping[str, object]:
    principal = parse_principal_id(finding.principal_id)
    same = ("id", "type", "severity", "sample", "archived", "account_id", "region", "first_seen_at", "last_seen_at",
            "count", "principal_id", "role_name", "access_key_id", "api", "shape")  # fmt: skip
    return {
        **{name: getattr(finding, name) for name in same},
        "instance_id": finding.instance.instance_id or (principal.instance_id if principal else None),
        "remote_address": finding.remote.address,
        "remote_account_id": finding.remote.account_id,
        "remote_country": finding.remote.country,
        "remote_asn": finding.remote.asn,
        "warnings": "\n".join(finding.warnings) or None,
    }
