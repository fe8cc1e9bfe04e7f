"""Cases whose forms the tests look at: the sample theft with each verdict, and the hostile one."""

from __future__ import annotations

import atexit
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding
from gdkit.case.folder import CaseFolder, start_case
from gdkit.case.verdicts import record_verdict
from gdkit.findings import load_findings, select_finding
from gdkit.report.forms.reported import Reported, reported
from tests.case.samples import scoped_case
from tests.hostile.samples import PAYLOADS, hostile_sample

MADE_AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def _folder() -> Path:
    folder = Path(mkdtemp(prefix="gdkit-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def judged(verdict: str) -> CaseFolder:
    """Give the sample theft with a verdict; no test changes it."""
    case = scoped_case(_folder() / "case")
    if verdict != "none":
        record_verdict(case, verdict, "asked the owner of the address", "ann")
    return case


@cache
def told(name: str) -> Reported:
    """Give what the forms of the sample theft with a verdict are made of; of the hostile sample by that name."""
    return hostile() if name == "hostile" else reported(judged(name), MADE_AT)


@cache
def hostile_case() -> CaseFolder:
    """Give the case of the hostile sample, judged malicious by a hostile analyst; no test changes it."""
    folder = _folder()
    sample = hostile_sample(folder / "input")
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    case = start_case(folder / "case", subject, trail=[str(sample.trail)], analyst=PAYLOADS[8])
    stages.scope(str(case.path), [])
    record_verdict(case, "malicious", PAYLOADS[9])
    return case


@cache
def hostile() -> Reported:
    """Give what the forms of the hostile sample are made of."""
    return reported(hostile_case(), MADE_AT)
