"""Archives among the sources of a search and of a load: chains across them, and what others did around a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.subject import subject_of_text
from gdkit.gathering.origin import _searched_from
from gdkit.model import Subject, utc_text
from gdkit.trail import Progress, load_trail
from gdkit.trail.archive import asked
from gdkit.trail.fetched.question import Question, question_of, question_of_all_times
from gdkit.trail.search import session_events
from tests.trail import samples
from tests.trail.archive.made import chained, made, write
from tests.trail.search import calls
from tests.trail.search.test_search import numbers

if TYPE_CHECKING:
    from pathlib import Path

THIEF = "203.0.113.9"
SESSION = Subject(principal_id=calls.PRINCIPAL, instance_id=calls.INSTANCE)


def three(folder: Path) -> list[Path]:
    """Write a chain of two hops in three folders, one step in each: the session, the first hop, the second."""
    steps: list[list[dict[str, Any]]] = [
        [calls.call(1, 0), calls.assume_role(3, 0), calls.call(2, -1)],
        [calls.call(4, 1), calls.assume_role(5, 1), calls.call(6, -1)],
        [calls.call(7, 2), calls.call(8, -1)],
    ]
    found = []
    for number, records in enumerate(steps):
        logs = folder / f"logs-{number}"
        logs.mkdir()
        write(logs, f"03{number}0", records)
        found.append(logs)
    return found


def mixed(folder: Path, archives: str) -> list[str]:
    """Give the three folders as sources, those that are marked by an a as archives."""
    return [made(folder / f"archive-{number}", logs) if mark == "a" else str(logs)
            for number, (logs, mark) in enumerate(zip(three(folder), archives, strict=True))]  # fmt: skip


MIXTURES = ["aaa", "aaf", "afa", "aff", "faa", "faf", "ffa"]


@pytest.mark.parametrize("archives", MIXTURES)
@pytest.mark.parametrize("turned", [False, True])
def test_a_chain_across_sources(tmp_path: Path, archives: str, turned: bool) -> None:
    """A chain that leads through archives and files is followed from each into the others, in either order."""
    sources = mixed(tmp_path, archives)[:: -1 if turned else 1]
    found = session_events(calls.PRINCIPAL, sources)
    assert numbers(found.events) == [1, 3, 4, 5, 7]
    assert [row.kind for row in found.coverage.searched].count("archive") == archives.count("a")
    assert found.coverage.unread == ()


@pytest.mark.parametrize("archives", MIXTURES)
def test_a_question_across_sources(tmp_path: Path, archives: str) -> None:
    """A load asks archives for what the session and its chain did, also where a key turns up in a file beside them."""
    found = load_trail(mixed(tmp_path, archives), asked=question_of(SESSION, *_all_times(), around=False))
    assert {1, 3, 4, 5, 7} <= set(numbers(found.events))
    others = {number for number in (2, 6, 8) if archives[{2: 0, 6: 1, 8: 2}[number]] == "f"}
    assert set(numbers(found.events)) - {1, 3, 4, 5, 7} == others  # files are read whole


def _all_times() -> tuple[Any, Any]:
    question = question_of_all_times(SESSION)
    return question.since, question.until


def test_an_archive_beside_its_own_files(tmp_path: Path) -> None:
    """Files that are in an archive beside them count once."""
    logs = chained(tmp_path)
    found = load_trail([logs, made(tmp_path / "archive", logs)])
    assert len(found.events) == 8
    assert [(row.records, row.events) for row in found.coverage.searched] == [(8, 8), (8, 0)]


def around(folder: Path) -> str:
    """Write a session's calls, and those of others at its address, of its role, on its instance, and elsewhere."""
    logs = folder / "logs"
    logs.mkdir()
    sibling = f"{samples.ROLE_ID}:i-0fedcba9876543210"
    write(logs, "0310", [
        calls.call(1, 0, sourceIPAddress=THIEF),
        calls.call(2, -1, sourceIPAddress=THIEF),
        samples.event(3, userIdentity=calls.role(sibling, "ASIAEXAMPLESIBLING01"), sourceIPAddress="192.0.2.3"),
        calls.told_of(4, 0),
        calls.call(5, -1, sourceIPAddress="192.0.2.99"),
        calls.call(6, -1, sourceIPAddress="2001:DB8:0::7"),
    ])  # fmt: skip
    return made(folder / "archive", logs)


def test_what_others_did_around(tmp_path: Path) -> None:
    """Calls on the instance, from the addresses of the session, and of its role are found; calls elsewhere are not."""
    found = load_trail(around(tmp_path), asked=question_of_all_times(SESSION))
    assert numbers(found.events) == [1, 2, 3, 4]


def test_the_session_alone(tmp_path: Path) -> None:
    """Where nothing around it is asked for, calls on the instance are all that is found beside it."""
    found = load_trail(around(tmp_path), asked=question_of(SESSION, *_all_times(), around=False))
    assert numbers(found.events) == [1, 4]


def test_an_address_in_another_spelling(tmp_path: Path) -> None:
    """Addresses that are asked about are found in any spelling."""
    since, until = _all_times()
    source = around(tmp_path)
    found = load_trail(source, asked=Question(since, until, addresses=("2001:db8::7", "192.0.2.99")))
    assert numbers(found.events) == [5, 6]


def test_a_role_without_a_session(tmp_path: Path) -> None:
    """A session that is not in the archive has nothing around it."""
    subject = subject_of_text("AROAEXAMPLEABSENT001:i-00000000000000001")
    assert subject is not None
    found = load_trail(around(tmp_path), asked=question_of_all_times(subject))
    assert found.events.empty


def test_too_many_calls_from_one_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many calls from an address those of the role are read, and some of the others, and it is told."""
    monkeypatch.setattr(asked, "MOST_OF_OTHERS", 3)
    logs = tmp_path / "logs"
    logs.mkdir()
    sibling = calls.role(f"{samples.ROLE_ID}:i-0fedcba9876543210", "ASIAEXAMPLESIBLING01")
    records = [calls.call(1, 0, sourceIPAddress=THIEF), samples.event(2, userIdentity=sibling, sourceIPAddress=THIEF)]
    write(logs, "0310", [*records, *(calls.call(number, -1, sourceIPAddress=THIEF) for number in range(10, 30))])
    found = load_trail(made(tmp_path / "archive", logs), asked=question_of_all_times(SESSION))
    assert {1, 2} <= set(numbers(found.events))
    assert len(found.events) == 2 + 3
    (gap,) = [row for row in found.coverage.not_searched if row.kind == "not searched"]
    assert gap.what == f"archive {tmp_path / 'archive'}: most of 22 calls from {THIEF}"
    assert not gap.failed


def test_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading of a whole archive is told in the log files that it was made of, and in their bytes."""
    monkeypatch.setattr("gdkit.trail.load._RECORDS_BETWEEN_REPORTS", 3)
    logs, told = chained(tmp_path), list[Progress]()
    load_trail(made(tmp_path / "archive", logs), on_progress=told.append)
    sizes = [path.stat().st_size for path in logs.iterdir()]
    count, size = len(sizes), sum(sizes)
    assert [(one.files_done, one.files) for one in told] == [
        (count * 3 // 8, count), (count * 6 // 8, count), (count, count)
    ]  # fmt: skip
    assert [(one.bytes_done, one.bytes) for one in told] == [(size * 3 // 8, size), (size * 6 // 8, size), (size, size)]


def test_stopped(tmp_path: Path) -> None:
    """A search that is stopped says that the archive was not asked to the end."""
    source = made(tmp_path / "archive", chained(tmp_path))
    found = session_events(calls.PRINCIPAL, source, is_stopped=lambda: True)
    assert found.events.empty
    assert [row.what for row in found.coverage.not_searched if row.failed] == [
        f"archive {tmp_path / 'archive'}: parts of it"
    ]


def test_where_what_was_searched_begins(tmp_path: Path) -> None:
    """Evidence is dated by what the archive holds, and not by the little that was asked of it."""
    logs = tmp_path / "logs"
    logs.mkdir()
    write(
        logs,
        "0310",
        [calls.call(1, 0), calls.call(2, -1, eventTime="2026-08-01T00:00:00Z", sourceIPAddress="192.0.2.9")],
    )
    source = made(tmp_path / "archive", logs)
    for trail in (load_trail(source, asked=question_of_all_times(SESSION)), load_trail(source), load_trail(logs)):
        assert utc_text(_searched_from(trail)) == "2026-08-01T00:00:00Z"
