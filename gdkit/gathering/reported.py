"""The session that GuardDuty's findings are about, put together from all of them: each shows only one address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.analysis.subject import subject_of_finding
from gdkit.findings import load_findings, select_finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gdkit.model import Finding, Subject


def reported_session(found: Finding, others: Iterable[Finding]) -> Subject:
    """Give the session of a finding, with what its other findings say of it.

    Args:
        found: the finding.
        others: further findings of the same session, each as GuardDuty's API gave it alone.
    """
    together = load_findings(b'{"Findings": [' + b", ".join(one.raw for one in (found, *others)) + b"]}")
    return subject_of_finding(select_finding(together, found.id), together)
