"""The command line: what it writes, what it says, and how it ends."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import jsonschema_rs
import papermill
import pytest
from click.testing import CliRunner

from gdkit import cli
from gdkit.case.folder import open_case
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.results import load_result, result_schema
from gdkit.response.record import RECOVERY_CHECKED
from gdkit.sample import INSTANCE, ROLE_ID, STOLEN_KEY, Sample, sample_finding, write_sample
from tests.report.runs import Investigated, execute_here, investigated

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.ended import Ended

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00" + bytes(range(256)) * 8
BENIGN = ("--verdict", "benign", "--reason", "our scanner")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Give the sample's files; no test changes them."""
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def gdkit(gdkit: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ended]:
    """Give the command as a function; its notebooks run in this process, in an empty folder."""
    monkeypatch.setattr(papermill, "execute_notebook", execute_here)
    monkeypatch.chdir(tmp_path)
    return gdkit


def _one_line(ended: Ended) -> str:
    """Give the one line that a command that failed says, beside the lines of progress and notes."""
    said = [line for line in ended.err.splitlines() if not line.startswith(("  ", "note: "))]
    assert len(said) == 1, ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""
    return said[0]


def _finding(path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps({**sample_finding(), **changes}))
    return path


def _pack(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))


@pytest.fixture(scope="module")
def whole() -> Investigated:
    """Give one whole run with real kernels, by its own process."""
    return investigated()


@pytest.mark.xdist_group("a whole run")
def test_whole_run(whole: Investigated) -> None:
    """A run from finding to report ends with 0, says where everything is, and leaves a valid result and a report."""
    assert (whole.status, "Traceback" in whole.err) == (0, False), whole.err
    report = whole.case.reports / "report.html"
    assert report.stat().st_size > 100_000
    assert f"Report: {report}" in whole.out
    assert f"Result: {whole.case.result}" in whole.out
    assert "78 calls with the session's credentials: 12 the thief's" in whole.out
    assert "WARNING" not in whole.err.upper()
    assert "Unable" not in whole.err
    result = load_result(whole.case)
    assert jsonschema_rs.Draft202012Validator(result_schema(), validate_formats=True).is_valid(result)
    assert result["events"]["thief"] == 12


@pytest.mark.xdist_group("a whole run")
def test_whole_run_records_the_verdict(whole: Investigated) -> None:
    """The verdict of the options is in result.json and verdict.json with who, why and when."""
    (recorded,) = json.loads(whole.case.verdict.read_text())
    assert load_result(whole.case)["verdict"] == recorded
    assert (recorded["value"], recorded["decided_by"]) == ("malicious", "ann")
    assert (recorded["reason"], recorded["at"][-1]) == ("not one of our addresses", "Z")


@pytest.mark.xdist_group("a whole run")
def test_whole_run_journal(whole: Investigated) -> None:
    """The journal of a run is whole and tells each step in order."""
    entries = read_entries(whole.case.journal)
    assert [entry["act"] for entry in entries] == ["begin", "origin", "scope", "verdict", RECOVERY_CHECKED]
    assert broken_entry(entries) is None


def test_a_faulty_team_file_is_told_before_the_work(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """Every fault stands on a line of its own, with its line in the file, and no case was begun."""
    networks = "networks:\n  - cidr: 198.51.100.7/24\n    owner: Us\n    whatt: x\n"
    (tmp_path / "networks.yaml").write_text(networks, encoding="utf-8")
    ended = gdkit(
        "investigate", sample.finding, "--trail", sample.trail, "--case", "case", "--networks", "networks.yaml"
    )
    lines = ended.err.splitlines()
    assert ended.status == 1
    assert lines[0].startswith("gdkit: ")
    assert "networks.yaml: 5 faults:" in lines[0]
    assert sum(line.startswith("(") for line in lines) == 5
    assert any("write 198.51.100.0/24" in line for line in lines)
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--networks", "none.yaml"), "there is no such file"), (("--mmdb", "none.mmdb"), "the file cannot be read")],
)
def test_a_missing_file_is_told_before_the_work(
    gdkit: Any, sample: Sample, tmp_path: Path, arguments: tuple[str, str], told: str
) -> None:
    """A file to judge addresses by that is not there is named, and no case was begun."""
    ended = gdkit("investigate", sample.finding, "--trail", sample.trail, "--case", "case", *arguments)
    assert (ended.status, told in ended.err) == (1, True), ended.err
    assert arguments[1] in ended.err
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--ask", "whois"), "choose of rdap, abuseipdb, greynoise"),
        (("--trail", "logs"), "Missing option '--case'"),
        (("--nonsense",), "No such option"),
        (("-p", "acount=1"), "no parameter of this name can be set here"),
        (("-p", "case=elsewhere"), "no parameter of this name can be set here"),
        (("-p", "apply=['0']"), "no parameter of this name can be set here"),
        (("-p", "verdict"), "NAME=VALUE"),
        (("-p", "verdict=guilty", "-p", "verdict_reason=x"), "'guilty' is not a value it takes"),
        (("-p", "verdict=benign"), "a verdict without a reason"),
        (("-p", "verdict_reason=x"), "--reason belongs to a verdict"),
        (("--reason", "why"), "--reason belongs to a verdict"),
        (("--verdict", "benign"), "a verdict without a reason"),
        (("--verdict", "benign", "--reason", "  "), "a verdict without a reason"),
        (("--verdict", "guilty", "--reason", "why"), "'guilty' is not a value it takes"),
        (("--id", "unknown"), "there is no finding 'unknown'"),
    ],
)
def test_wrong_use(gdkit: Any, sample: Sample, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """A wrong call ends with 2 and says what is wrong, before any case folder is made."""
    given = () if told.startswith("Missing") else ("--trail", sample.trail, "--case", "case")
    ended = gdkit("investigate", sample.finding, *given, *arguments)
    assert (ended.status, told in ended.err) == (2, True), ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["missing", "mistyped", "nul", "long", "pasted", "jpeg", "folder", "not ours", "no one"]
)
def test_unusable_finding(gdkit: Any, sample: Sample, tmp_path: Path, name: str) -> None:
    """A finding that cannot be used ends with one line that says why, before any case folder is made.

    The exit status tells a file that is no use (1) from a text that names nothing (2).
    """
    (tmp_path / "folder").mkdir()
    (tmp_path / "photo.json.gz").write_bytes(JPEG)
    bare = {"accessKeyDetails": {"userName": "shop-web", "userType": "AssumedRole"}, "resourceType": "AccessKey"}
    given, told = {
        "missing": ("no-such.json", "no such file"),
        "mistyped": ("i-0123", "this is no file, and names no session"),
        "nul": ("a\0b", ""),
        "long": ("x" * 5000, "this is no file"),
        "pasted": (json.dumps(sample_finding(), indent=1), "no such file"),
        "jpeg": ("photo.json.gz", "photo.json.gz"),
        "folder": ("folder", "folder"),
        "not ours": (_finding(tmp_path / "f.json", type="Recon:EC2/Portscan"), "Recon:EC2/Portscan"),
        "no one": (_finding(tmp_path / "n.json", resource=bare), "neither resource.accessKeyDetails.principalId"),
    }[name]
    ended = gdkit("investigate", given, "--trail", sample.trail, "--case", "case")
    assert ended.status == (2 if name in ("mistyped", "nul", "long") else 1)
    line = _one_line(ended)
    assert line.startswith("gdkit: ")
    assert told in line
    assert len(line) < 1200
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_trail_that_is_not_there(gdkit: Any, sample: Sample, tmp_path: Path, name: str) -> None:
    """A trail with no file ends with 1 and one line that names it, before any case folder is made."""
    (tmp_path / "empty").mkdir()
    ended = gdkit("investigate", sample.finding, "--trail", name, "--case", "case")
    assert ended.status == 1
    assert name in _one_line(ended)
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize("name", ["photo.json.gz", "notes.txt"])
def test_unusable_trail(gdkit: Any, sample: Sample, tmp_path: Path, name: str) -> None:
    """A trail in which nothing can be read ends with 1 and one line that names notebook, source and cause."""
    (tmp_path / "photo.json.gz").write_bytes(JPEG)
    (tmp_path / "notes.txt").write_text("not a log")
    ended = gdkit("investigate", sample.finding, "--trail", name, "--case", "case")
    assert ended.status == 1
    line = _one_line(ended)
    assert name in line
    assert "notebook 2_scope" in line
    assert not (tmp_path / "case" / "reports" / "report.html").exists()


def test_other_finding(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """A case folder of another finding is refused with 1 and one line, and nothing in it changes."""
    other = _finding(tmp_path / "other.json", id="f" * 32)
    assert gdkit("investigate", sample.finding, "--trail", sample.trail, "--case", "case").status == 0
    before = {path: path.read_bytes() for path in (tmp_path / "case").rglob("*") if path.is_file()}
    ended = gdkit("investigate", other, "--trail", sample.trail, "--case", "case")
    assert ended.status == 1
    assert "already holds another case" in _one_line(ended)
    assert {path: path.read_bytes() for path in (tmp_path / "case").rglob("*") if path.is_file()} == before


def test_again(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """The same call again takes the case up: same answer, verdict kept, one more entry for it in the journal."""
    call = ("investigate", sample.finding, "--trail", sample.trail, "--case", "case")
    first = gdkit(*call, *BENIGN, "--analyst", "ann")
    second = gdkit(*call)
    assert (first.status, second.status, first.out) == (0, 0, second.out)
    case = open_case(tmp_path / "case")
    assert load_result(case)["verdict"]["reason"] == "our scanner"
    acts = [entry["act"] for entry in read_entries(case.journal)]
    assert acts == ["begin", "origin", "scope", "verdict", "resume", "scope"], "the same judgement is noted once"


def test_gap(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """An unreadable file beside good ones ends with 3: the answer is there and the coverage names the file."""
    (tmp_path / "photo.json.gz").write_bytes(JPEG)
    ended = gdkit("investigate", sample.finding, "--trail", sample.trail, "--trail", "photo.json.gz", "--case", "case")
    assert ended.status == 3, ended.err
    case = open_case(tmp_path / "case")
    assert "12 the thief's" in ended.out
    assert f"There are gaps: see {Path('case') / 'coverage.json'}" in ended.err
    assert "photo.json.gz" in load_result(case)["coverage"]["unread"][0]["file"]
    assert "Traceback" not in ended.err
    assert "photo.json.gz" in (case.reports / "report.html").read_text()


def test_no_event(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """Where no event of the session is found the run ends with 3 and claims nothing, in the report neither."""
    event = {
        "eventVersion": "1.11", "eventTime": "2026-11-02T08:00:00Z", "eventName": "ListBuckets", "awsRegion": "x",
        "eventSource": "s3.amazonaws.com", "eventID": "e", "recipientAccountId": "999999999999",
        "userIdentity": {"type": "Root", "principalId": "999999999999"}, "sourceIPAddress": "192.0.2.1",
    }  # fmt: skip
    _pack(tmp_path / "logs" / "other.json.gz", [event])
    ended = gdkit("investigate", sample.finding, "--trail", "logs", "--case", "case")
    assert ended.status == 3, ended.err
    assert "0 calls with the session's credentials" in ended.out
    report = (tmp_path / "case" / "reports" / "report.html").read_text()
    assert "was seen in what was searched" in report


@pytest.mark.parametrize("given", [INSTANCE, f"{ROLE_ID}:{INSTANCE}", STOLEN_KEY])
def test_identifier(gdkit: Any, sample: Sample, tmp_path: Path, given: str) -> None:
    """An instance, principal or key id works in place of a finding, and everything says that there is no finding."""
    ended = gdkit("investigate", given, "--trail", sample.trail, "--case", "case")
    assert ended.status == 0, ended.err
    assert "note: no finding" in ended.err
    case = open_case(tmp_path / "case")
    result = load_result(case)
    assert (result["finding"], result["session"]["instance_id"]) == (None, INSTANCE)
    assert not case.finding.exists()
    assert "There is no finding" in (case.reports / "report.html").read_text()


def test_identity_role(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """The instance identity role is refused with 2 and with what to give in its place."""
    ended = gdkit("investigate", f"111122223333:aws:ec2-instance:{INSTANCE}", "--trail", sample.trail, "--case", "case")
    assert (ended.status, "instance identity role" in _one_line(ended)) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_verdict_options(gdkit: Any, sample: Sample, tmp_path: Path) -> None:
    """A verdict by its options and by its parameters is recorded alike."""
    named = ("-p", "verdict=benign", "-p", "verdict_reason=our scanner", "-p", "analyst=bob")
    call = ("--trail", sample.trail, "--case")
    assert gdkit("investigate", sample.finding, *call, "one", *BENIGN, "--analyst", "bob").status == 0
    assert gdkit("investigate", sample.finding, *call, "two", *named).status == 0
    one, two = (load_result(open_case(tmp_path / name))["verdict"] for name in ("one", "two"))
    assert {**one, "at": None} == {**two, "at": None}
    assert (one["value"], one["decided_by"], one["reason"]) == ("benign", "bob", "our scanner")


@pytest.mark.parametrize("place", ["finding", "beside", "case", "id", "parameter"])
def test_hostile_text(gdkit: Any, sample: Sample, tmp_path: Path, place: str) -> None:
    """Escape sequences and line ends in a finding's type, an id or a name never reach the terminal as they are."""
    evil = "Evil\x1b]0;owned\x07\x1b[2J\u202e\nReport: /fake"
    ours = sample_finding()
    many = {"Findings": [ours, {**ours, "type": evil, "id": "0" * 32}]}
    (tmp_path / "many.json").write_text(json.dumps(many))
    bad = _finding(tmp_path / "bad.json", type=evil)
    held = gdkit("investigate", sample.finding, "--trail", sample.trail, "--case", "case") if place == "case" else None
    assert held is None or held.status == 0
    arguments: tuple[object, ...] = {
        "finding": (bad, "--case", "new"),
        "beside": (tmp_path / "many.json", "--case", "new"),
        "case": (_finding(tmp_path / "id.json", id=evil), "--case", "case"),
        "id": (sample.finding, "--case", "new", "--id", evil),
        "parameter": (sample.finding, "--case", "new", "-p", f"{evil}=1"),
    }[place]
    ended = gdkit("investigate", *arguments, "--trail", sample.trail)
    said = ended.out + ended.err
    assert not set(said) & {"\x1b", "\x07", "\u202e"}
    assert "Evil" in said
    assert "\nReport: /fake" not in said


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), *((name, "--help") for name in cli.commands.commands)])
def test_help(arguments: tuple[str, ...]) -> None:
    """Every command tells its use, and every option of it has words."""
    ended = CliRunner().invoke(cli.commands, arguments)
    assert ended.exit_code == 0
    assert ended.output.startswith("Usage:")
    command = cli.commands.commands.get(arguments[0], cli.commands)
    assert command.help
    assert all(each.help for each in command.params if isinstance(each, click.Option))


def test_version() -> None:
    """The version is told."""
    ended = CliRunner().invoke(cli.commands, ["--version"])
    assert (ended.exit_code, ended.output.startswith("gdkit, version ")) == (0, True)


def test_interrupt(gdkit: Any, sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that a person stops ends with 1, says that the case is kept, and shows no stack."""

    def stop(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(papermill, "execute_notebook", stop)
    ended = gdkit("investigate", sample.finding, "--trail", sample.trail, "--case", "case")
    assert ended.status == 1
    assert "Stopped. What was gathered is kept in the case folder, if one was begun." in ended.err
    assert "Traceback" not in ended.err
