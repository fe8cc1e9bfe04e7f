"""Findings in, whatever their shape.

::

    source ─→ read ─→ shapes (asff, ocsf) ─→ family ─→ parse (oddities) ─→ FindingSet ─→ table
              bytes   canonical JSON         accept    Finding, warnings
              to JSON                        or refuse
"""

from __future__ import annotations

from gdkit.findings.load import load_findings, select_finding
from gdkit.findings.table import findings_table

__all__ = ["findings_table", "load_findings", "select_finding"]
