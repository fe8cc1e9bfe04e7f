"""The ticket: short, true to the verdict, and nothing in it but our own headings, lists and code."""

from __future__ import annotations

import re
from dataclasses import replace

import mistune
import pytest

from gdkit.report.forms.markdown import ticket
from tests.hostile.samples import MARK
from tests.report.forms.cases import MADE_AT, hostile, told
from tests.report.markup import Page
from tests.ui.test_text_forms import CODE, PLUGINS

HEADINGS = ["What happened", "How bad it is", "What is contained", "What is open", "What to do now", "Addresses",
            "Access keys", "Data and what was left behind", "Techniques (MITRE ATT&CK)", "Coverage",
            "To hold this against the case"]  # fmt: skip


def _page(text: str) -> Page:
    return Page(str(mistune.create_markdown(escape=False, plugins=PLUGINS)(text)))


def test_content() -> None:
    """The ticket names what happened, who decided, the thief's address and key, the bucket, techniques, hashes."""
    text = ticket(told("malicious"))
    for part in (
        "In short: 12 of 78 calls with the credentials of instance `i-0a1b2c3d4e5f60718` were made by a thief",
        "malicious, decided by ann",
        "- Address `198.51.100.23`",
        "- Key `ASIASAMPLESTOLENKEY1`, of the session: ",
        "- Data: read bucket `shop-customers` in account `111122223333`, by thief",
        "- `T1530` Data from Cloud Storage",
        "Impact seen: high, because data was read, copied, shared or used",
        "- GuardDuty reported it at",
        "in what was searched",
        f"- SHA-256 of the finding as received: `{told('malicious').hashes.finding}`",
        "- Nothing, as far as gdkit's own steps go: none of containment is in force.",
    ):
        assert part in text
    assert len(text) < 12_000


@pytest.mark.parametrize("verdict", ["malicious", "benign", "undetermined", "none"])
def test_verdict(verdict: str) -> None:
    """The first sentence says no more than the verdict allows."""
    short = next(line for line in ticket(told(verdict)).splitlines() if line.startswith("In short"))
    assert ("by a thief" in short) == (verdict == "malicious")
    assert ("judged benign" in short) == (verdict == "benign")


@pytest.mark.parametrize("name", ["malicious", "hostile"])
def test_markup_is_our_own(name: str) -> None:
    """Whatever the thief wrote, a renderer that lets raw HTML through gives our headings and lists, words and code."""
    page = _page(ticket(told(name)))
    assert {tag for tag, _ in page.tags} == {"h1", "h2", "p", "ul", "li", "code"}
    assert not [named for _, named in page.tags if named]
    assert [tag for tag, _ in page.tags].count("h2") == len(HEADINGS)


def test_hostile_is_code() -> None:
    """Outside of code spans nothing is left that a mention, a link, a reference or a template could be made of."""
    text = ticket(hostile())
    assert MARK in text
    for line in text.splitlines():
        free = CODE.sub("", line)
        assert not re.search(r"[@#&<>\[\]{}$~^|\\]|://|www\.", free.replace("ATT&CK", "").lstrip("#"))
        assert not re.search(r"\{|<%|\[\[", line)
    assert re.findall(r"^#+ (.*)$", text, re.MULTILINE)[1:] == HEADINGS


def test_notice_first() -> None:
    """That the finding is a sample, or that names were taken out, stands before everything else."""
    case = replace(told("none"), about={**told("none").about, "sample": True}, note="Names were taken out.")
    assert ticket(case).splitlines()[2:6:2] == [
        "**Note:** SAMPLE finding: generated, not a real detection", "**Note:** Names were taken out.",
    ]  # fmt: skip


def test_long_lists_are_cut() -> None:
    """A long list is cut, and says how many more there are and where."""
    case = told("malicious")
    rows = [dict(case.result["origin"]["addresses"][0], address=f"198.51.100.{number}", thief_events=1)
            for number in range(60)]  # fmt: skip
    many = replace(case, result={**case.result, "origin": {**case.result["origin"], "addresses": rows}})
    text = ticket(many)
    assert text.count("- Address ") == 20
    assert "- and 40 more: see the page `report.html`" in text


def test_one_stamp() -> None:
    """Two tickets of the same case differ in the last line alone."""
    one, two = (ticket(replace(told("none"), made_at=at)).splitlines() for at in (MADE_AT, MADE_AT.replace(year=2027)))
    assert one[:-1] == two[:-1]
    assert one[-1] != two[-1]
    assert ticket(told("none")) == ticket(told("none"))
