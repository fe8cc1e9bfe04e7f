"""A search that is taken up again: what was done with is not looked at, but for what turns up later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.model import Subject
from gdkit.trail.search.follow import Known
from gdkit.trail.search.look import kept_records, look_at
from gdkit.trail.search.run import Search
from gdkit.trail.sources import LogFile, log_file
from tests.trail import samples
from tests.trail.search import calls

if TYPE_CHECKING:
    from pathlib import Path

SUBJECT = Subject(principal_id=calls.PRINCIPAL, instance_id=calls.INSTANCE)


def files(folder: Path, *contents: list[dict[str, Any]]) -> list[LogFile]:
    """Write log files, five minutes after one another."""
    made = []
    for number, records in enumerate(contents):
        name = f"111122223333_CloudTrail_us-east-1_20261101T03{5 * number:02d}Z_{number}.json"
        path = samples.write(folder / name, samples.compact(records))
        made.append(log_file(str(path), path.stat().st_size, named=True))
    return made


def searched(made: list[LogFile], done: dict[int, Any], keys: tuple[str, ...] = ()) -> tuple[Search, list[int]]:
    """Search one file at a time, and give which were looked at."""
    looked: list[int] = []

    def look(file: LogFile, *given: Any, **named: Any) -> Any:
        looked.append(made.index(file))
        return look_at(file, *given, **named)

    search = Search(made, Known(SUBJECT), lambda: False, look)
    search.take_up(done)
    search.follow(keys)
    search.run(1)
    return search, looked


def ids(search: Search) -> set[str]:
    """Give the numbers of the records that were found."""
    return {str(one.values[0])[-4:] for one in search.candidates.values()}


def test_done_files_are_left_alone(tmp_path: Path) -> None:
    """A file that was done with is not looked at, and its records count."""
    made = files(tmp_path, [calls.call(1, 0)], [calls.call(2, 0)], [calls.call(3, -1)])
    search, looked = searched(made, {0: kept_records(made[0]), 2: []})
    assert looked == [1]
    assert ids(search) == {"0001", "0002"}
    assert search.state()[0] == [0, 1, 2]


def test_new_key_is_looked_for_in_done_files(tmp_path: Path) -> None:
    """A key that turns up only now is looked for in files that were done with before and after it."""
    made = files(tmp_path, [calls.call(1, 1)], [calls.assume_role(2, 0)], [calls.call(3, 1)])
    search, looked = searched(made, {0: [], 2: []})
    assert set(looked) == {0, 1, 2}
    assert ids(search) == {"0001", "0002", "0003"}


def test_key_that_is_told_is_looked_for_everywhere(tmp_path: Path) -> None:
    """A key that another source told of is looked for in files that were done with, and what it leads to as well."""
    made = files(tmp_path, [calls.call(1, 1)], [calls.assume_role(2, 1)], [calls.call(3, 2)], [calls.call(4, -1)])
    search, _ = searched(made, {0: [], 1: [], 2: [], 3: []}, (calls.HOP_KEYS[0],))
    assert ids(search) == {"0001", "0002", "0003"}


def test_state_leaves_out_what_is_in_hand(tmp_path: Path) -> None:
    """A file that is being looked at is not done with, nor is one that lacks a look."""
    made = files(tmp_path, [calls.call(1, -1)], [calls.assume_role(2, 0)])
    states: list[list[int]] = []

    def look(file: LogFile, *given: Any, **named: Any) -> Any:
        states.append(search.state()[0])
        return look_at(file, *given, **named)

    search = Search(made, Known(SUBJECT), lambda: False, look)
    search.run(1)
    assert states[:2] == [[], [0]]
    assert all(made.index(made[0]) not in one for one in states[2:3]), "it is looked at again for the new key"
    assert search.state()[0] == [0, 1]


def test_kept_records_of_a_damaged_file(tmp_path: Path) -> None:
    """Records that were kept and cannot be read any more are none: they are fetched again."""
    path = tmp_path / "x.json.gz"
    path.write_bytes(b"\x1f\x8b")
    assert kept_records(log_file(str(path), 2, named=True)) == []
    assert kept_records(log_file(str(tmp_path / "none.json.gz"), 0, named=True)) == []


@pytest.mark.parametrize("more", [-(1 << 30), -1, 1, 1 << 20], ids=["unknown", "grown", "shrunk", "shrunk much"])
def test_file_of_another_size_is_read_whole(tmp_path: Path, more: int) -> None:
    """A file that grew or shrank after it was listed is read to its end."""
    listed = files(tmp_path, [calls.call(number, 0) for number in range(1, 4)])[0]
    search, _ = searched([listed._replace(size_bytes=max(0, listed.size_bytes + more))], {})
    assert ids(search) == {"0001", "0002", "0003"}
