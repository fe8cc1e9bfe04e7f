"""The same case gives the same bytes in every form, but for the one stamp: when it was made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from gdkit.case.verdicts import record_verdict
from gdkit.report.forms.pdf import find_browser, print_page
from gdkit.report.redaction.redacted import write_redacted
from gdkit.report.redaction.sorts import parse_sorts
from gdkit.report.run import run_notebook
from gdkit.report.write import EVENTS, INDICATORS, LAYER, PAGE, TICKET, write_case_report
from tests.case.samples import scoped_case

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = datetime(2026, 12, 1, 9, 30, tzinfo=UTC), datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
STAMPED = {PAGE: 1, TICKET: 1, EVENTS: 0, INDICATORS: 1, LAYER: 1, "6_report.ipynb": 0, "result.json": 0}
"""How often the stamp stands in each form."""


class Twice(NamedTuple):
    """Every file of a report that was made twice, by name, and its pages."""

    first: dict[str, bytes]
    second: dict[str, bytes]


def _bytes(paths: list[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture(scope="module", params=["whole", "redacted"])
def twice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Make the report of one case twice, each time by a kernel of its own: whole, or redacted."""
    case = scoped_case(tmp_path_factory.mktemp("twice") / "case")
    record_verdict(case, "malicious", "not ours", "ann")

    def made(at: datetime) -> dict[str, bytes]:
        if request.param == "redacted":
            return _bytes(write_redacted(case, parse_sorts("all"), at))
        executed = run_notebook("6_report", case.reports / "6_report.ipynb", {"case": str(case.path.resolve())})
        return _bytes([*write_case_report(case, at), executed, case.result])

    return Twice(made(FIRST), made(SECOND))


def _spelled(at: datetime) -> tuple[bytes, bytes]:
    """Give the stamp as people and as programs read it."""
    text = at.isoformat().replace("+00:00", "Z")
    return text.replace("T", " ").encode(), text.encode()


@pytest.mark.parametrize("name", STAMPED)
def test_same_bytes(twice: Twice, name: str) -> None:
    """Each form has the stamp in one known place, and is otherwise the same, byte for byte."""
    first, second = twice.first[name], twice.second[name]
    assert sum(first.count(text) for text in set(_spelled(FIRST))) == STAMPED[name]
    for one, other in zip(_spelled(FIRST), _spelled(SECOND), strict=True):
        first = first.replace(one, other)
    assert first == second
    assert set(twice.first) == set(STAMPED)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (INDICATORS, lambda document: document["objects"][-1]["published"]),
        (LAYER, lambda document: document["metadata"][-1]["value"]),
    ],
)
def test_place_of_the_stamp(twice: Twice, name: str, place: Any) -> None:
    """Programs find the stamp where the documentation says."""
    assert place(json.loads(twice.second[name])) == "2027-01-02T03:04:05Z"


def test_place_for_people(twice: Twice) -> None:
    """People find the stamp in the last line of page and ticket."""
    assert twice.first[TICKET].decode().splitlines()[-1].startswith("Made at `2026-12-01 09:30:00Z`")
    assert b"<footer><p>Made at 2026-12-01 09:30:00Z by gdkit" in twice.first[PAGE]


def test_pdf(twice: Twice, tmp_path: Path) -> None:
    """The PDFs of two pages that differ in the stamp alone differ in it alone: in their dates, and in the last line."""
    browser = find_browser()
    if browser is None:
        pytest.skip("no browser to print with: apt-get install -y chromium")
    page, made = tmp_path / "report.html", []
    for html in (twice.first[PAGE], twice.second[PAGE].replace(_spelled(SECOND)[0], _spelled(FIRST)[0])):
        page.write_bytes(html)
        print_page(page, tmp_path / "report.pdf", browser, FIRST)
        made.append((tmp_path / "report.pdf").read_bytes())
    assert made[0] == made[1]
