"""The command ``gdkit hunt``: what it says, what it writes for programs, and how it ends."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from gdkit import cli
from tests.analysis.records import INSTANCE, PRINCIPAL, THIEF, THIEF_CLIENT, agent, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AT_HOME = [agent(1), agent(20), agent(90)]
STOLEN = record(30, THIEF, THIEF_CLIENT)


class Ended(NamedTuple):
    """How the command ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def hunt(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Give the command as a function."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gdkit", "hunt", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run


def logs(folder: Path, records: list[dict[str, Any]]) -> Path:
    """Write records as a log file."""
    path = folder / "trail.json"
    path.write_text(json.dumps({"Records": records}), encoding="utf-8")
    return path


def test_found(hunt: Callable[..., Ended], tmp_path: Path) -> None:
    """A session that was used off its instance is named with level, reason, and the command that goes on with it."""
    ended = hunt("--trail", logs(tmp_path, [*AT_HOME, STOLEN]))
    assert ended.status == 0
    assert ended.out.startswith(f"1. PROVEN: {INSTANCE} with role app-role ({PRINCIPAL})")
    assert "another operating system" in ended.out
    assert "1 of 4 calls, 2026-11-01 07:30:00Z, from" in ended.out
    assert "(1 call)" in ended.out
    assert "1 known gap (data events)" in ended.out


def test_next_command(hunt: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that goes on names the sources as they were given, quoted for a shell, and is whole."""
    folder = tmp_path / "the logs"
    folder.mkdir()
    logs(folder, [*AT_HOME, STOLEN])
    monkeypatch.chdir(tmp_path)
    ended = hunt("--trail", "the logs")
    (line,) = [line.strip() for line in ended.out.splitlines() if "next:" in line]
    assert line == f"next: gdkit investigate {PRINCIPAL} --trail 'the logs' --case case-{INSTANCE}"


def test_json(hunt: Callable[..., Ended], tmp_path: Path) -> None:
    """The JSON names session, calls, reasons and coverage, and is the only thing on the standard output."""
    ended = hunt("--trail", logs(tmp_path, [*AT_HOME, STOLEN]), "--json")
    document = json.loads(ended.out)
    (row,) = document["sessions"]
    assert (row["rank"], row["level"], row["principal_id"]) == (1, "proven", PRINCIPAL)
    assert row["off_instance_event_ids"] == [STOLEN["eventID"]]
    assert document["possible"] == []
    assert document["judged"] == {"instance_sessions": 1, "instances": 1, "session_events": 4}
    assert document["coverage"]["searched"][0]["events"] == 4


def test_nothing_seen(hunt: Callable[..., Ended], tmp_path: Path) -> None:
    """Where nothing is found, the answer names what was searched, and never says that all is well."""
    ended = hunt("--trail", logs(tmp_path, AT_HOME))
    assert ended.status == 0
    assert "in what was searched. That is no proof of no use." in ended.out
    assert "Looked at: 1 instance-role session of 1 instance (3 calls), in 3 records." in ended.out
    assert f"{tmp_path / 'trail.json'}: 1 file, 3 records, 2026-11-01 07:01:00Z to 2026-11-01 08:30:00Z" in ended.out
    assert "accounts 111122223333; regions us-east-1; kinds of event: Management 3" in ended.out
    assert "data events: none are in what was loaded" in ended.out
    assert "clean" not in ended.out


def test_no_session_at_all(hunt: Callable[..., Ended], tmp_path: Path) -> None:
    """Logs without an instance-role session give no judgement, and the answer says so, and why that may be."""
    stranger = record(1, THIEF, THIEF_CLIENT, who={"type": "IAMUser", "userName": "kim"})
    ended = hunt("--trail", logs(tmp_path, [{**stranger, "eventCategory": None}]))
    assert "nothing could be judged" in ended.out
    assert "1 record, none of them of an instance-role session" in ended.out
    assert "kinds of event: not recorded 1" in ended.out


def test_noise_is_no_gap(hunt: Callable[..., Ended], tmp_path: Path) -> None:
    """A file that is no log is told as passed over, and the exit status is 0."""
    logs(tmp_path, AT_HOME)
    (tmp_path / "README.md").write_text("notes", encoding="utf-8")
    ended = hunt("--trail", tmp_path)
    assert ended.status == 0
    assert "Passed over: 1 file that is not a log" in ended.out
    assert "1 known gap (data events)" in ended.out


def test_hostile_words(hunt: Callable[..., Ended], tmp_path: Path) -> None:
    """Escape sequences in a log are written out on the terminal, not obeyed."""
    ended = hunt("--trail", logs(tmp_path, [*AT_HOME, {**STOLEN, "sourceIPAddress": "\x1b[2J"}]))
    assert "\x1b" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("arguments", "told", "status"),
    [
        ((), "Missing option '--trail'", 2),
        (("--trail", "lookup"), "a hunt cannot look through it", 2),
        (("--trail", "no-such-folder"), "no-such-folder", 1),
    ],
)
def test_wrong_use(
    hunt: Callable[..., Ended], arguments: tuple[str, ...], told: str, status: int, tmp_path: Path
) -> None:
    """What cannot be searched is told in a line, with what to do."""
    ended = hunt(*arguments)
    assert ended.status == status
    assert told in ended.err
    assert ended.out == ""


def test_gaps(hunt: Callable[..., Ended], tmp_path: Path) -> None:
    """A file that cannot be read whole makes the exit status 3; what could be read is judged."""
    logs(tmp_path, [*AT_HOME, STOLEN])
    (tmp_path / "broken.json").write_text('{"Records": [{"eventID": "x", ', encoding="utf-8")
    ended = hunt("--trail", tmp_path)
    assert (ended.status, ended.out[:9]) == (3, "1. PROVEN")
    assert "There are gaps" in ended.err
    assert "2 known gaps (1 file not read whole, data events)" in ended.err
    assert f"not read: {tmp_path / 'broken.json'}" in ended.out
