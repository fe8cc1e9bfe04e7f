"""``gdkit investigate`` on many findings: a case each, an index of them, and an exit status that a script can go by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.case.folder import open_case
from gdkit.case.journal import read_entries
from gdkit.sample import Sample, sample_finding
from gdkit.trail import kept
from tests.analysis.test_thefts import OTHER, finding
from tests.cli.test_investigate import gdkit, sample
from tests.report.markup import Page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.ended import Ended

__all__ = ["gdkit", "sample"]


def _index(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return document


def _write(folder: Path, **documents: Any) -> Path:
    folder.mkdir(exist_ok=True)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return folder


def test_folder_with_a_bad_file(gdkit: Any, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bad file stops nothing: it is named on the page and in the status; the logs are read once for all cases."""
    real, read = kept.load_trail, []
    monkeypatch.setattr(kept, "load_trail", lambda *given, **named: read.append(given) or real(*given, **named))
    inbox = _write(tmp_path / "inbox", a=sample_finding(), b=finding("b" * 32, address="203.0.113.9"),
                   c=finding("c" * 32, OTHER), d="{")  # fmt: skip
    (inbox / "notes.txt").write_text("no finding")
    ended: Ended = gdkit("investigate", "inbox", "--trail", sample.trail, "--case", "cases", "--analyst", "ann")
    assert ended.status == 3, ended.err
    assert "NOT USED: inbox/d.json: " in ended.err
    assert ended.out.splitlines() == ["2 cases: 1 done, 1 with gaps, 0 failed. 1 file could not be used.",
                                      f"Index:  {tmp_path}/cases/index.html"]  # fmt: skip
    assert len(read) == 1
    told = _index(tmp_path / "cases")
    first, other = sorted(told["cases"], key=lambda row: row["state"])
    assert (first["state"], first["calls"]["thief"], first["finding_ids"]) == (
        "done",
        12,
        [sample_finding()["id"], "b" * 32],
    )
    assert (other["state"], other["missing"]) == ("gaps", "none of the session's calls was seen")
    assert "203.0.113.9" in first["addresses"]
    assert [one["where"] for one in told["not_used"]] == ["inbox/d.json"]
    page = (tmp_path / "cases" / "index.html").read_text(encoding="utf-8")
    for row in told["cases"]:
        assert (tmp_path / "cases" / row["report"]).is_file()
        assert f'href="./{row["report"]}"' in page
    assert "inbox/d.json" in Page(page).words
    assert sorted(path.name for path in (tmp_path / "cases").iterdir() if path.name.startswith(".")) == []


def test_taken_up_again(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """The same command goes on with the same cases, also where an older finding of one has come in meanwhile."""
    _write(tmp_path / "inbox", a=sample_finding())
    arguments = ("investigate", "inbox", "--trail", sample.trail, "--case", "cases")
    assert gdkit(*arguments).status == 0
    (row,) = _index(tmp_path / "cases")["cases"]
    older = finding("0" * 32, createdAt="2026-11-01T00:00:00Z")
    older["service"]["eventFirstSeen"] = "2026-11-01T00:00:00Z"
    _write(tmp_path / "inbox", older=older)
    ended: Ended = gdkit(*arguments)
    assert ended.status == 0, ended.err
    (again,) = _index(tmp_path / "cases")["cases"]
    assert (again["folder"], again["finding_ids"]) == (row["folder"], ["0" * 32, sample_finding()["id"]])
    acts = [entry["act"] for entry in read_entries(open_case(tmp_path / "cases" / row["folder"]).journal)]
    assert acts.count("resume") == 1


def test_all_of_a_file(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """``--all`` takes every finding of a file, a glob every file that fits; the rest is about one."""
    both = {"Findings": [sample_finding(), finding("c" * 32, OTHER)]}
    _write(tmp_path / "inbox", both=both)
    assert gdkit("investigate", "inbox/both.json", "--trail", sample.trail, "--case", "one").status == 2
    assert gdkit("investigate", "inbox/both.json", "--all", "--trail", sample.trail, "--case", "cases").status == 3
    assert len(_index(tmp_path / "cases")["cases"]) == 2
    (tmp_path / "inbox" / "other.json").write_text("{")
    assert gdkit("investigate", "inbox/b*.json", "--trail", sample.trail, "--case", "cases").status == 3
    assert _index(tmp_path / "cases")["not_used"] == []


def test_case_that_fails(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """A case that cannot be done is a row with the reason; where none could be done the status is 1."""
    _write(tmp_path / "inbox", a=sample_finding(), c=finding("c" * 32, OTHER))
    arguments = ("investigate", "inbox", "--trail", sample.trail, "--case", "cases")
    gdkit(*arguments)
    folders = [tmp_path / "cases" / row["folder"] for row in _index(tmp_path / "cases")["cases"]]
    (folders[0] / "case.json").write_text("{}")
    assert gdkit(*arguments).status == 3
    states = [row["state"] for row in _index(tmp_path / "cases")["cases"]]
    assert sorted(states).count("failed") == 1
    (folders[1] / "case.json").write_text("{}")
    ended: Ended = gdkit(*arguments)
    assert ended.status == 1
    assert ended.err.count("FAILED: ") == 2
    assert "Traceback" not in ended.err
    page = (tmp_path / "cases" / "index.html").read_text(encoding="utf-8")
    assert page.count(">FAILED<") == 2


@pytest.mark.parametrize("arguments", [("--verdict", "benign", "--reason", "ours"), ("--id", "a" * 32)])
def test_wrong_use(gdkit: Any, sample: Sample, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What is about one theft is refused for several, before anything is written."""
    _write(tmp_path / "inbox", a=sample_finding())
    ended: Ended = gdkit("investigate", "inbox", "--trail", sample.trail, "--case", "cases", *arguments)
    assert (ended.status, f"{arguments[0]} is meant for one theft" in ended.err) == (2, True), ended.err
    assert not (tmp_path / "cases").exists()


def test_nothing_to_do(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """No file, no match, only bad files, and a folder that is a case itself are told, and nothing is made."""
    (tmp_path / "empty").mkdir()
    for named, said in (("empty", "no file with findings"), ("*.nothing", "no such file")):
        ended = gdkit("investigate", named, "--trail", sample.trail, "--case", "cases")
        assert (ended.status, said in ended.err) == (1, True), ended.err
    bad = _write(tmp_path / "bad", a="{")
    ended = gdkit("investigate", bad, "--trail", sample.trail, "--case", "cases")
    assert (ended.status, "no finding of this kind" in ended.err) == (1, True)
    assert not (tmp_path / "cases").exists()
    (tmp_path / "single").mkdir()
    (tmp_path / "single" / "case.json").write_text("{}")
    _write(tmp_path / "inbox", a=sample_finding())
    ended = gdkit("investigate", "inbox", "--trail", sample.trail, "--case", "single")
    assert (ended.status, "is a case itself" in ended.err) == (1, True)
