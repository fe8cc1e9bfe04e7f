"""Run all benchmarks and print one table: seconds, and how many times the floor each takes."""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from bench.trail import INSTANCE, ROLE_ID, write_trail
from gdkit.analysis.scope import scope_session
from gdkit.model import Subject
from gdkit.trail import load_trail

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
SIZES = (1_000, 10_000, 50_000)


def floor_gunzip(folder: Path) -> int:
    """Decompress every file and do nothing else: no reader of whole files can be faster than its decompression."""
    return sum(len(gzip.decompress(path.read_bytes())) for path in folder.rglob("*.gz"))


def peer_json(folder: Path) -> int:
    """Decompress and parse with the standard library, keep nothing."""
    return sum(len(json.loads(gzip.decompress(path.read_bytes()))["Records"]) for path in folder.rglob("*.gz"))


def peer_json_normalize(folder: Path) -> int:
    """Do what most notebooks do: one DataFrame by json_normalize."""
    records: list[dict[str, Any]] = []
    for path in folder.rglob("*.gz"):
        records += json.loads(gzip.decompress(path.read_bytes()))["Records"]
    return len(pd.json_normalize(records))


def gdkit_load(folder: Path) -> int:
    """Load the trail: events table, raw records, ledger."""
    return len(load_trail(folder).events)


def gdkit_scope(folder: Path) -> int:
    """Load the trail and analyse the leaked session."""
    subject = Subject(principal_id=f"{ROLE_ID}:{INSTANCE}", instance_id=INSTANCE)
    return len(scope_session(load_trail(folder).events, subject).events)


def best_of(call: Callable[[Path], int], folder: Path) -> float:
    """Give the shortest of several rounds, in seconds."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call(folder)
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def main() -> None:
    """Measure every contender on every size, the floor first."""
    contenders = (floor_gunzip, peer_json, peer_json_normalize, gdkit_load, gdkit_scope)
    print(f"{'events':>8}  {'MB':>6}  {'contender':<20}{'seconds':>9}{'x floor':>9}{'MB/s':>8}")
    for events in SIZES:
        with TemporaryDirectory() as name:
            size_mb = write_trail(Path(name), events=events) / 1e6
            floor = best_of(contenders[0], Path(name))
            for contender in contenders:
                took = best_of(contender, Path(name))
                label = contender.__name__.replace("_", " ")
                print(
                    f"{events:>8,}  {size_mb:>6.1f}  {label:<20}{took:>9.2f}{took / floor:>9.1f}{size_mb / took:>8.1f}"
                )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
