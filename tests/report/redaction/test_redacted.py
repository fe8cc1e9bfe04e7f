"""The redacted report, made for real: no original value in any file, and the same said as in the whole report."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from gdkit import stages, tables
from gdkit.case.evidence import load_table
from gdkit.case.folder import CaseFolder
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.results import check_result, load_result
from gdkit.case.verdicts import record_verdict
from gdkit.errors import CaseError, ReportError
from gdkit.report.forms.pdf import find_browser, print_page
from gdkit.report.redaction import redacted
from gdkit.report.redaction.book import BOOK
from gdkit.report.redaction.leaks import leaks_in
from gdkit.report.redaction.redacted import write_copy, write_redacted
from gdkit.report.redaction.sorts import parse_sorts
from gdkit.report.redaction.walk import changed_frame
from gdkit.report.run import notebook_path
from gdkit.sample import THIEF, THIEF_2
from tests.case.samples import new_case, scoped_case
from tests.report.forms.cases import MADE_AT, hostile_case
from tests.report.redaction.unfolded import texts_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.report.redaction.rewriter import Rewriter

ANALYST = "kim.l@example.com"
TEAM = """\
networks:
  - cidr: 192.0.2.0/25
    owner: Zephyr Foods
    what: the mill's own line
    contact: Hinrich Dahl
    valid_until: 2099-01-01
accounts:
  - id: "444455556666"
    name: zephyr-reports
"""
FORMS = ["report.html", "report.md", "events.csv", "indicators.stix.json", "navigator.json", "6_report.ipynb",
         "result.json"]  # fmt: skip


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> CaseFolder:
    """Give the sample theft, judged by a named person with the team's own file in sight."""
    folder = tmp_path_factory.mktemp("kims-work")
    case = scoped_case(folder / "case")
    (folder / "networks.yaml").write_text(TEAM)
    stages.classify(str(case.path), networks=str(folder / "networks.yaml"))
    record_verdict(case, "malicious", "Hinrich Dahl says that shop-web of 111122223333 never calls from there", ANALYST)
    return case


@pytest.fixture(scope="module")
def files(case: CaseFolder) -> list[Path]:
    """Give the redacted report of the case, the PDF too where a browser is."""
    (case.reports / "redacted").mkdir(parents=True)
    (case.reports / "redacted" / "report.pdf").write_text("of an earlier run, with 111122223333 in it")
    made = write_redacted(case, parse_sorts("all"), MADE_AT)
    browser = find_browser()
    if browser is not None:
        print_page(made[0], made[0].with_suffix(".pdf"), browser, MADE_AT)
        return [*made, made[0].with_suffix(".pdf")]
    return made


def _originals(case: CaseFolder) -> Iterator[str]:
    """Give every value that must be gone, gathered here from the case itself and from what the sample is made of."""
    events = load_table(case, "session_events")
    for column in ("account_id", "identity_account_id", "access_key_id", "new_access_key_id", "role_name", "role_id",
                   "session_name", "principal_id", "identity_arn", "role_arn", "new_principal_id"):  # fmt: skip
        yield from events[column].dropna().unique()
    for table, column in (("keys", "access_key_id"), ("own_addresses", "address"), ("fleet", "instance_id")):
        if (case.evidence / f"{table}.parquet").exists():
            yield from load_table(case, table)[column].dropna().unique()
    for row in tables.rows_of(load_table(case, "data_reached")):
        yield from filter(None, [row["id"]])
    text = json.dumps(load_result(case)) + events.astype("object").to_csv()
    yield from re.findall(r"(?<![0-9a-zA-Z-])\d{12}(?![0-9a-zA-Z])", text)
    yield from re.findall(r"A(?:SIA|KIA|ROA|IDA)[A-Z0-9]{12,}", text)
    yield from (ANALYST, "kim.l", "Hinrich", "Dahl", "Zephyr", "zephyr-reports", "the mill's own line", "192.0.2.44",
                "192.0.2.200", "10.0.1.15", "192.0.2.0", "shop-web", "shop-customers", "shop-web-profile",
                "111122223333", "444455556666", "i-0a1b2c3d4e5f60718", str(case.path), "kims-work",
                "vpc-0f00f00f00f00f00f", "subnet-0f00f00f00f00f00f", "ami-0123456789abcdef0", "reporting")  # fmt: skip


def test_nothing_is_left(case: CaseFolder, files: list[Path]) -> None:
    """No original value stands in any file or its name: not in text, escapes, frames, base64, nor a PDF's streams."""
    originals = sorted(set(_originals(case)))
    assert len(originals) > 30
    assert [path.name for path in files][:7] == FORMS
    left = {(path.name, value) for path in files for text in texts_in(path) for value in originals if value in text}
    names = {path.name for path in files}
    assert left - {(name, str(case.path)) for name in names} - {(name, "kims-work") for name in names} == set()


def test_no_path_inside(case: CaseFolder, files: list[Path]) -> None:
    """The path of the case stands inside of no file; only where the files lie."""
    for path in files:
        inside = iter(texts_in(path))
        next(inside)
        assert not [text for text in inside if "kims-work" in text]


def test_search_finds() -> None:
    """The search of these tests does find a value in escapes, base64 and compressed streams."""
    import base64
    import tempfile
    from pathlib import Path as AnyPath

    with tempfile.TemporaryDirectory() as folder:
        path = AnyPath(folder) / "x.html"
        inner = base64.b64encode(b"<svg>role &amp;quot;shop-web&amp;quot; of 111122223333</svg>").decode()
        path.write_text(
            f'<iframe srcdoc="&lt;img src=&quot;data:image/svg+xml;base64,{inner}&quot;&gt;">sh\\u006fp-web2'
        )
        found = list(texts_in(path))
        assert any('"shop-web" of 111122223333' in text for text in found)
        assert any("shop-web2" in text for text in found)


def test_evidence_stays(files: list[Path]) -> None:
    """The thief's addresses and clients, the times and the events' ids are evidence, and stay in every form."""
    for name in ("report.html", "report.md", "events.csv", "indicators.stix.json", "result.json"):
        text = next(path for path in files if path.name == name).read_text(encoding="utf-8")
        assert THIEF in text
        assert THIEF_2 in text
    table = next(path for path in files if path.name == "events.csv").read_text(encoding="utf-8")
    assert "aws-cli/2.31.4" in table


def test_told_first(files: list[Path]) -> None:
    """Page, ticket, bundle and layer say that values were taken out."""
    for name in ("report.html", "report.md", "indicators.stix.json", "navigator.json"):
        assert "REDACTED: accounts, keys, names." in next(path for path in files if path.name == name).read_text()


def test_consistent(case: CaseFolder, files: list[Path]) -> None:
    """The same value has the same stand-in in all files, as the case's code book says."""
    book = {row["value"]: row["stand_in"] for row in json.loads((case.path / BOOK).read_text())}
    assert {"111122223333", "shop-web", "i-0a1b2c3d4e5f60718", ANALYST, "Hinrich Dahl", "192.0.2.44"} <= book.keys()
    result = json.loads(next(path for path in files if path.name == "result.json").read_text())
    check_result(result)
    session = result["session"]
    assert session["account_id"] == book["111122223333"]
    assert session["role_arn"] == f"arn:aws:iam::{book['111122223333']}:role/{book['shop-web']}"
    assert result["verdict"]["decided_by"] == book[ANALYST]
    assert result["verdict"]["reason"] == (
        f"{book['Hinrich Dahl']} says that {book['shop-web']} of {book['111122223333']} never calls from there"
    )
    for name in ("report.md", "events.csv", "report.html"):
        text = next(path for path in files if path.name == name).read_text(encoding="utf-8")
        assert book["i-0a1b2c3d4e5f60718"] in text
        assert book["shop-web"] in text


def test_hashes_of_the_case(case: CaseFolder, files: list[Path]) -> None:
    """The hashes are those of the case as it is kept, so that its keeper can show that the report is of it."""
    page, ticket = (
        next(path for path in files if path.name == name).read_text() for name in ("report.html", "report.md")
    )
    about = json.loads(case.about.read_text())
    assert page.count(about["finding_sha256"]) == ticket.count(about["finding_sha256"]) + 1 == 2
    assert read_entries(case.journal)[-1]["hash"] in ticket


def _cells() -> list[str]:
    cells = [cell.source for cell in nbformat.read(notebook_path("6_report"), as_version=4).cells
             if cell.cell_type == "code"]  # fmt: skip
    return [source.strip().splitlines()[-1] for source in cells if "stages." in source.splitlines()[-1]]


@pytest.fixture(scope="module")
def copied(case: CaseFolder, tmp_path_factory: pytest.TempPathFactory) -> tuple[CaseFolder, Rewriter]:
    """Give the copy of the case with stand-ins in it, and what put them in."""
    copy = CaseFolder(tmp_path_factory.mktemp("copy") / "case")
    return copy, write_copy(case, parse_sorts("all"), copy)


@pytest.mark.parametrize("expression", _cells())
def test_says_the_same(
    case: CaseFolder, copied: tuple[CaseFolder, Rewriter], monkeypatch: pytest.MonkeyPatch, expression: str
) -> None:
    """What each view of the report says of the copy is what it says of the case, with the stand-ins put in."""
    copy, rewriter = copied
    whole = eval(expression, {"stages": stages, "case": str(case.path)})  # noqa: S307 - our own notebook
    monkeypatch.chdir(copy.path.parent)
    told = eval(expression, {"stages": stages, "case": "case"})  # noqa: S307
    assert rewriter(whole.summary, "") == told.summary
    assert [rewriter(note, "") for note in whole.notes] == list(told.notes)
    facts = {name: str(value) for name, value in told.facts if name != "Case folder"}
    assert {
        rewriter(name, ""): rewriter(str(value), "") for name, value in whole.facts if name != "Case folder"
    } == facts
    assert (whole.frame is None) == (told.frame is None)
    if whole.frame is not None:
        shown = changed_frame(whole.frame, lambda text, field: rewriter(text.replace(str(case.path), "case"), field))
        assert shown.astype(str).equals(told.frame.astype(str))


def test_addresses_too(case: CaseFolder, tmp_path: Path) -> None:
    """Where it is asked for by name, the thief's addresses are taken out too, and his accounts and keys stay."""
    copy = CaseFolder(tmp_path / "case")
    write_copy(case, parse_sorts("addresses"), copy)
    text = json.dumps(load_result(copy)) + load_table(copy, "session_events").astype("object").to_csv()
    assert not re.search(rf"{re.escape(THIEF)}|{re.escape(THIEF_2)}|192\.0\.2\.44", text)
    assert "ASIASAMPLESTOLENKEY1" in text
    assert "111122223333" in text


@pytest.mark.parametrize(
    ("sorts", "gone", "stays"),
    [
        ("accounts", ["111122223333", "444455556666"], ["ASIASAMPLESTOLENKEY1", "shop-web", "i-0a1b2c3d4e5f60718"]),
        ("keys", ["ASIASAMPLESTOLENKEY1"], ["111122223333", "shop-web", ANALYST]),
        ("names", ["shop-web", ANALYST, "i-0a1b2c3d4e5f60718", "192.0.2.44"], ["111122223333", "ASIASAMPLESTOLENKEY1"]),
    ],
)
def test_one_sort(case: CaseFolder, tmp_path: Path, sorts: str, gone: list[str], stays: list[str]) -> None:
    """Each sort takes out its own values and no others."""
    copy = CaseFolder(tmp_path / "case")
    write_copy(case, parse_sorts(sorts), copy)
    text = json.dumps([load_result(copy), json.loads(copy.about.read_text())])
    text += load_table(copy, "session_events").astype("object").to_csv()
    assert not [value for value in gone if value in text]
    assert [value for value in stays if value in text] == stays


def test_broken_journal_stays_broken(case: CaseFolder, tmp_path: Path) -> None:
    """The copy's journal is whole where the case's is, and breaks at the same entry where somebody changed it."""
    whole, broken = CaseFolder(tmp_path / "a" / "case"), CaseFolder(tmp_path / "b" / "case")
    write_copy(case, parse_sorts("all"), whole)
    assert broken_entry(read_entries(whole.journal)) is None
    changed = CaseFolder(tmp_path / "changed")
    shutil.copytree(case.path, changed.path)
    lines = changed.journal.read_text().splitlines()
    lines[1] = lines[1].replace('"actor": "', '"actor": "not ')
    changed.journal.write_text("\n".join(lines) + "\n")
    write_copy(changed, parse_sorts("all"), broken)
    assert broken_entry(read_entries(broken.journal)) == broken_entry(read_entries(changed.journal)) == 2


def test_a_leak_is_refused(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a value left in a form, nothing would be written, and what is there would stay."""
    before = {path.name: path.stat().st_mtime_ns for path in (case.reports / "redacted").iterdir()}

    def leaky(copy: CaseFolder, told: Any) -> list[Path]:
        (copy.reports / "report.md").write_text("of account 111122223333")
        return [copy.reports / "report.md"]

    monkeypatch.setattr(redacted, "run_notebook", lambda _name, executed, _given, cwd: executed.parent.mkdir() or
                        executed.write_text("{}"))  # fmt: skip
    monkeypatch.setattr(redacted, "write_forms", leaky)
    with pytest.raises(ReportError, match=r"report\.md: 1 values that were to be taken out still stand in it"):
        write_redacted(case, parse_sorts("all"), MADE_AT)
    assert {path.name: path.stat().st_mtime_ns for path in (case.reports / "redacted").iterdir()} == before


def test_no_result_yet(tmp_path: Path) -> None:
    """A case that was not searched yet has nothing to report, and says what to run."""
    with pytest.raises(CaseError, match="no result yet"):
        write_redacted(new_case(tmp_path / "case"), parse_sorts("all"), MADE_AT)


def test_a_table_is_missing(tmp_path: Path) -> None:
    """A case that lacks a table in which names are looked for is not redacted by half: it is told what to run."""
    case = scoped_case(tmp_path / "case")
    (case.evidence / "tamper.parquet").unlink()
    with pytest.raises(CaseError, match=r"tamper\.parquet: the table is missing.*2_scope"):
        write_copy(case, parse_sorts("all"), CaseFolder(tmp_path / "copy" / "case"))


def test_hostile_names_change_no_verdict(tmp_path: Path) -> None:
    """A thief who names his user as gdkit's own words garbles nothing: verdict, parties and sentences stay."""
    case = scoped_case(tmp_path / "case")
    frame = load_table(case, "session_events")
    frame.loc[frame["party"] == "thief", "user_name"] = "malicious"
    frame.loc[frame["party"] == "workload", "user_name"] = "the"
    frame.to_parquet(case.evidence / "session_events.parquet")
    record_verdict(case, "malicious", "seen", "ann")
    copy = CaseFolder(tmp_path / "copy" / "case")
    write_copy(case, parse_sorts("all"), copy)
    result = load_result(copy)
    assert result["verdict"]["value"] == "malicious"
    assert result["coverage"]["statement"] == load_result(case)["coverage"]["statement"]
    events = load_table(copy, "session_events")
    assert set(events["party"]) == {"thief", "workload", "unknown"}
    assert "the" not in set(events["user_name"].dropna())


def test_hostile_texts(tmp_path: Path) -> None:
    """Whatever a thief wrote in names, none is left in the copy; its result is whole, and so is the verdict."""
    case = hostile_case()
    copy = CaseFolder(tmp_path / "case")
    rewriter = write_copy(case, parse_sorts("all"), copy)
    assert "@SUM(1+9)*cmd gdevil" in rewriter.stand_ins
    for path in (copy.result, copy.about, copy.verdict):
        assert leaks_in(path, rewriter) == []
    (tmp_path / "events.csv").write_text(load_table(copy, "session_events").astype("object").to_csv(), errors="replace")
    assert leaks_in(tmp_path / "events.csv", rewriter) == []
    assert load_result(copy)["events"]["thief"] == load_result(case)["events"]["thief"]
    assert load_result(copy)["verdict"]["value"] == "malicious"


def test_works_in_no_folder_of_ours(case: CaseFolder, files: list[Path]) -> None:
    """Nothing is left of the copy, and the case holds the code book, its owner's alone, beside the report."""
    assert not [name for name in os.listdir(os.environ.get("TMPDIR", "/tmp")) if name.startswith("gdkit-redacting-")]  # noqa: PTH208, S108
    assert (case.path / BOOK).stat().st_mode & 0o077 == 0
    assert BOOK not in {path.name for path in files}
