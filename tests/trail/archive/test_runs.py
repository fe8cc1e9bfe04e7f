"""Runs: sorted parts and their index, and several runs put together."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.trail.archive import parts
from gdkit.trail.archive.index import FILE, Index, IndexWriter
from gdkit.trail.archive.parts import order_of, orders_of, part_name, read_blocks, table_of
from gdkit.trail.archive.runs import DAMAGE, merge_runs, write_run
from gdkit.trail.archive.values import Place

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.trail.archive.values import Run

AT = datetime(2026, 11, 1, tzinfo=UTC)


def row(number: int, principal: str | None = "A", at: datetime | None = AT, text: str = "{}") -> tuple[Any, ...]:
    """Give the values of a record in all columns."""
    return principal, at, None, None, None, None, None, [f"n{number}", "all"], number, 1, "f", None, text


def some(count: int, seed: int = 1) -> list[tuple[Any, ...]]:
    """Give records of several callers and times, missing ones too."""
    chance = Random(seed)  # noqa: S311 - nothing is kept secret by it
    times = [None, *(AT + timedelta(hours=hour) for hour in range(5))]
    return [row(number, chance.choice([None, "A", "B", "Zé", "\U0001f600"]), chance.choice(times), "x" * 3000)
            for number in range(count)]  # fmt: skip


def blocks(folder: Path, run: Run) -> list[Any]:
    """Give all blocks of a run."""
    return [block for part in run.parts for block in read_blocks(folder / part.name)]


def numbers(tables: list[Any]) -> list[int]:
    """Give the numbers of the log files of records, in their order."""
    return [number for table in tables for number in table["file"].to_pylist()]


def test_sorted_and_whole(tmp_path: Path) -> None:
    """A run holds every record once, by caller and time, with what is missing last."""
    rows = some(500)
    run = write_run(tmp_path / "run", list(rows))
    written = blocks(tmp_path / "run", run)
    assert run.rows == 500
    assert numbers(written) == [one[8] for one in sorted(rows, key=order_of)]
    assert [one["record"] for table in written for one in table.to_pylist()] == ["x" * 3000] * 500


def test_blocks_and_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks hold about so much text, parts so many blocks, and the index knows which block of which part."""
    monkeypatch.setattr(parts, "BLOCK_BYTES", 10_000)
    monkeypatch.setattr(parts, "BLOCKS_A_PART", 3)
    run = write_run(tmp_path / "run", [row(number, text="x" * 3000) for number in range(40)])
    assert [(part.name, part.rows) for part in run.parts] == [(part_name(0), 12), (part_name(1), 12),
                                                              (part_name(2), 12), (part_name(3), 4)]  # fmt: skip
    index = Index(tmp_path / "run", run.index_bytes)
    assert index.places("n17") == {Place(1, 1): 1}
    assert sum(index.places("all").values()) == 40
    assert index.places("nobody") == {}
    index.close()
    assert numbers(list(read_blocks(tmp_path / "run" / part_name(1), [1]))) == [16, 17, 18, 19]


def test_a_record_longer_than_a_block(tmp_path: Path) -> None:
    """A record is never cut: one that is longer than a block stands in a block of its own."""
    rows = [row(1, text="x" * (2 * parts.BLOCK_BYTES)), row(2), row(3)]
    assert [table.num_rows for table in blocks(tmp_path / "run", write_run(tmp_path / "run", rows))] == [1, 2]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_put_together(tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are put together give the same as one that was written at once, whatever is in which."""
    monkeypatch.setattr(parts, "BLOCK_BYTES", 20_000)
    rows = some(600)
    made = [write_run(tmp_path / f"run-{number}", rows[number::count]) for number in range(count)]
    whole = merge_runs(tmp_path / "whole", [(tmp_path / run.name, run) for run in made])
    written = blocks(tmp_path / "whole", whole)
    assert numbers(written) == [one[8] for one in sorted(rows, key=order_of)]
    assert [order for table in written for order in orders_of(table)] == sorted(
        order for table in written for order in orders_of(table)
    )
    index = Index(tmp_path / "whole", whole.index_bytes)
    assert sum(sum(index.places(f"n{number}").values()) for number in range(600)) == 600
    index.close()
    assert all((tmp_path / run.name).is_dir() for run in made)


def test_hashes(tmp_path: Path) -> None:
    """A run tells size and hash of every file that it is made of, the same for the same records."""
    one, other = (write_run(tmp_path / name, some(50)) for name in ("one", "other"))
    assert one._replace(name="") == other._replace(name="")
    files = {part.name: (part.size_bytes, part.sha256) for part in one.parts} | {
        FILE: (one.index_bytes, one.index_sha256)
    }
    assert {path.name: parts.measured(path) for path in (tmp_path / "one").iterdir()} == files
    assert one.size_bytes == sum(size for size, _ in files.values())


def test_nothing_is_left_of_a_run_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full, the error says so and nothing of the run is left."""

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(IndexWriter, "close", full)
    with pytest.raises(OSError, match="disk is full"):
        write_run(tmp_path / "run", some(5))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_run_is_not_put_together(tmp_path: Path, damage: str) -> None:
    """A run with a damaged part is told of, and what was begun is removed."""
    made = [write_run(tmp_path / name, some(300)) for name in ("one", "other")]
    path = tmp_path / "one" / part_name(0)
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        half = len(content) // 3
        path.write_bytes(content[:half] if damage == "cut" else content[:half] + b"\xff" * 99 + content[half + 99 :])
    with pytest.raises(OSError, match=r"."):
        merge_runs(tmp_path / "whole", [(tmp_path / run.name, run) for run in made])
    assert not (tmp_path / "whole").exists()


def test_many_entries_of_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that is written in several goes knows all blocks of a name, in order."""
    monkeypatch.setattr("gdkit.trail.archive.index._HELD_BACK", 10)
    writer = IndexWriter(tmp_path)
    for number in range(50):
        writer.add(Place(*divmod(number, 16)), ["often", "often", f"once-{number}"])
    writer.close()
    index = Index(tmp_path, (tmp_path / FILE).stat().st_size)
    assert index.places("often") == {Place(*divmod(number, 16)): 2 for number in range(50)}
    assert index.places("once-49") == {Place(3, 1): 1}
    index.close()


@pytest.mark.parametrize("count", [3, 300, 9_000])
def test_no_damage_of_an_index_takes_an_answer_away(tmp_path: Path, count: int) -> None:
    """Wherever bytes are zeroed, changed or cut off: what it answers is what it was, or it is told to be damaged."""
    writer = IndexWriter(tmp_path)
    names = [f"name-{number}" for number in range(count)]
    for number, name in enumerate(names):
        writer.add(Place(0, number // 7), [name])
    writer.close()
    path = tmp_path / FILE
    whole, chance = path.read_bytes(), random.Random(count)  # noqa: S311 - to repeat
    told = 0
    for attempt in range(300):
        at, length = chance.randrange(len(whole)), chance.choice([1, 8, 100, 3_000])
        instead = bytes(length) if attempt % 2 else chance.randbytes(length)
        path.write_bytes((whole[:at] + instead + whole[at + length :])[: len(whole)] if attempt % 5 else whole[:at])
        index = None
        try:
            index = Index(tmp_path, len(whole))
            for number in chance.sample(range(count), min(count, 20)):
                assert index.places(names[number]) == {Place(0, number // 7): 1}
            assert index.places("nobody") == {}
        except DAMAGE:
            told += 1
        finally:
            if index:
                index.close()
    assert told > 30


def test_an_index_tells_no_name(tmp_path: Path) -> None:
    """No identifier stands in the file of an index."""
    write_run(tmp_path / "run", [(*row(1)[:7], ["ASIAEXAMPLEKEY000001"], *row(1)[8:])])
    assert b"ASIAEXAMPLE" not in (tmp_path / "run" / FILE).read_bytes()
    assert b"ASIAEXAMPLE" in (tmp_path / "run" / part_name(0)).read_bytes()


def test_tables_are_cut_into_blocks_across(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks do not end where tables end."""
    monkeypatch.setattr(parts, "BLOCK_BYTES", 10)
    tables = [table_of([row(number, text="x" * 4)]) for number in range(7)]
    assert [table.num_rows for table in parts.blocks_of(tables)] == [3, 3, 1]
    assert list(parts.blocks_of([])) == []
