"""Findings that people judged malicious: in a case, and in the cases that lie beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.case.folder import case_subject, open_case
from gdkit.case.verdicts import current_verdict
from gdkit.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.case.folder import CaseFolder

OPTION = "malicious"
"""Option of the steps that must not hide such findings."""


def with_judged(case: CaseFolder, options: Mapping[str, str]) -> dict[str, str]:
    """Give a step's options, with the findings judged malicious added where the step asks for them."""
    if OPTION not in options:
        return dict(options)
    told = {name.strip() for name in options[OPTION].split(",")} - {""}
    return {**options, OPTION: ",".join(sorted({*told, *judged_malicious(case)}))}


def judged_malicious(case: CaseFolder) -> frozenset[str]:
    """Give the ids of the findings that were judged malicious, in this case and in those beside it.

    A folder that cannot be read as a case counts for nothing here; opening it says what is wrong with it.
    """
    return frozenset(_judged(case))


def _judged(case: CaseFolder) -> Iterator[str]:
    for path in sorted(case.path.resolve().parent.iterdir()):
        if not (path / case.journal.name).is_file():
            continue
        try:
            other = open_case(path)
            finding, verdict = case_subject(other).finding, current_verdict(other).value
        except CaseError:
            continue
        if finding is not None and verdict == "malicious":
            yield finding.id
