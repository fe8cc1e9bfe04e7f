"""Ways to ask a second question of one trail, each as a team would build and ask it: run as a program for each.

``python bench/archive_ways.py build|ask NAME TRAIL KEPT PRINCIPAL``, in an environment that has the peer; prints JSON.
TRAIL is the folder of log files, KEPT a folder for what the way makes of it. Every way follows the chain of roles.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Records = list[dict[str, Any]]
CORES = 2
GLOB = "AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz"
_NAMES = re.compile(rb'"(?:accessKeyId|principalId)":"([A-Z0-9][^"\\]{9,})"')
QUESTIONS = 4


def followed(scan: Callable[[str, set[str]], Iterable[dict[str, Any]]], principal: str) -> set[str]:
    """Ask again for the keys that were issued, until no new one turns up; give the ids of the events."""
    found: dict[str, dict[str, Any]] = {}
    wanted, asked = set[str](), set[str]()
    while True:
        for one in scan(principal if not asked else "", wanted):
            found[one["eventID"] + one["recipientAccountId"]] = one
        asked |= wanted | {""}
        wanted = {key for one in found.values() if (key := _issued(one))} - asked
        if not wanted:
            return {one["eventID"] for one in found.values()}


def _issued(record: dict[str, Any]) -> str | None:
    return ((record.get("responseElements") or {}).get("credentials") or {}).get("accessKeyId")


def _wanted(record: dict[str, Any], principal: str, keys: set[str]) -> bool:
    who = record["userIdentity"]
    return (principal and who.get("principalId") == principal) or who.get("accessKeyId") in keys


def gdkit_archive_made(trail: Path, kept: Path) -> None:
    """Make the archive with one process for each core."""
    from gdkit.trail.archive.build import build_archive

    build_archive(kept, [str(trail)], workers=CORES)


def gdkit_archive(trail: Path, kept: Path, principal: str) -> set[str]:
    """Ask the archive; the answer is the table of events, the raw records and the ledger."""
    from gdkit import session_events

    return set(session_events(principal, f"archive:{kept}").events["event_id"])


def gdkit_files(trail: Path, kept: Path, principal: str) -> set[str]:
    """Search the log files."""
    from gdkit import session_events

    return set(session_events(principal, trail).events["event_id"])


def index_made(trail: Path, kept: Path) -> None:
    """Note in SQLite which files name a key or a principal; the files stay where they are."""
    import deflate

    paths = sorted(trail.glob(GLOB))

    def names(path: Path) -> set[bytes]:
        return set(_NAMES.findall(deflate.gzip_decompress(path.read_bytes())))

    with ThreadPoolExecutor(CORES) as pool:
        found = list(pool.map(names, paths))
    kept.mkdir()
    at = sqlite3.connect(kept / "index.sqlite")
    at.execute("CREATE TABLE hit(name TEXT, path TEXT, PRIMARY KEY(name, path)) WITHOUT ROWID")
    rows = sorted((name.decode(), str(path)) for path, one in zip(paths, found, strict=True) for name in one)
    at.executemany("INSERT INTO hit VALUES(?, ?)", rows)
    at.commit()
    at.close()


def index(trail: Path, kept: Path, principal: str) -> set[str]:
    """Look the files up in the index, and parse them whole."""
    import deflate

    at = sqlite3.connect(kept / "index.sqlite")

    def scan(who: str, keys: set[str]) -> Records:
        paths = {path for name in {who, *keys} - {""} for (path,) in
                 at.execute("SELECT path FROM hit WHERE name = ?", (name,))}  # fmt: skip
        return [record for path in sorted(paths)
                for record in json.loads(deflate.gzip_decompress(Path(path).read_bytes()))["Records"]
                if _wanted(record, who, keys)]  # fmt: skip

    return followed(scan, principal)


def polars(trail: Path, kept: Path, principal: str) -> set[str]:
    """Scan the archive's parts with polars, by their statistics."""
    import polars as pl

    def scan(who: str, keys: set[str]) -> Records:
        chosen = (pl.col("principal_id") == who) | pl.col("access_key_id").is_in(["", *sorted(keys)])
        rows = pl.scan_parquet(f"{kept}/runs/*/part-*.parquet").filter(chosen).select("record").collect()
        return [json.loads(record) for record in rows["record"]]

    return followed(scan, principal)


def duckdb(trail: Path, kept: Path, principal: str) -> set[str]:
    """Scan the archive's parts with DuckDB."""
    import duckdb as engine

    at = engine.connect()
    at.execute(f"SET threads={CORES}")

    def scan(who: str, keys: set[str]) -> Records:
        asked = [who, ["", *sorted(keys)]]
        rows = at.execute(f"SELECT record FROM read_parquet('{kept}/runs/*/part-*.parquet') "
                          "WHERE principal_id = ? OR list_contains(?, access_key_id)", asked)  # fmt: skip
        return [json.loads(record) for (record,) in rows.fetchall()]

    return followed(scan, principal)


def pyarrow(trail: Path, kept: Path, principal: str) -> set[str]:
    """Scan the archive's parts with Arrow's own datasets."""
    import pyarrow.dataset as ds

    parts = ds.dataset([str(path) for path in kept.glob("runs/*/part-*.parquet")])

    def scan(who: str, keys: set[str]) -> Records:
        chosen = (ds.field("principal_id") == who) | ds.field("access_key_id").isin(["", *sorted(keys)])
        return [json.loads(record) for record in parts.to_table(["record"], filter=chosen)["record"].to_pylist()]

    return followed(scan, principal)


BUILDS: dict[str, Callable[[Path, Path], None]] = {"gdkit archive": gdkit_archive_made, "SQLite index": index_made}
"""What makes something of the trail that is asked later."""

WAYS: dict[str, Callable[[Path, Path, str], set[str]]] = {
    "gdkit archive": gdkit_archive, "gdkit events, files": gdkit_files, "SQLite index": index,
    "polars, the parts": polars, "DuckDB, the parts": duckdb, "pyarrow, the parts": pyarrow,
}  # fmt: skip
"""Every way by its name. ``the parts``: the archive's own Parquet files, without its index."""

KEPT_BY = {"SQLite index": "SQLite index"}
"""Whose work a way asks; the archive's where none is named."""

_LOADED = {"gdkit archive": "gdkit.trail.archive.asked", "SQLite index": "deflate", "polars, the parts": "polars",
           "DuckDB, the parts": "duckdb", "pyarrow, the parts": "pyarrow.dataset"}  # fmt: skip
"""Libraries that are loaded before the clock starts."""


def _bytes_read() -> int:
    """Give the bytes that this process has read until now, from cache or disk; maps of files are not counted."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("rchar")).split()[1])


def ask(name: str, trail: Path, kept: Path, principal: str) -> dict[str, Any]:
    """Ask several times; give seconds and bytes of each time, and the ids that were found."""
    if name in _LOADED:
        __import__(_LOADED[name])
    if name.startswith("gdkit"):
        __import__("gdkit.trail.search.keep")
    seconds, sizes, found = [], [], set[str]()
    for _ in range(QUESTIONS):
        before, begun = _bytes_read(), time.perf_counter()
        found = WAYS[name](trail, kept, principal)
        seconds.append(time.perf_counter() - begun)
        sizes.append(_bytes_read() - before)
    return {"seconds": seconds, "bytes": sizes, "event_ids": sorted(found)}


def build(name: str, trail: Path, kept: Path) -> dict[str, Any]:
    """Build, and give the seconds."""
    begun = time.perf_counter()
    BUILDS[name](trail, kept)
    return {"seconds": time.perf_counter() - begun}


def main(what: str, name: str, trail: str, kept: str, principal: str) -> None:
    """Do one thing and print what came of it."""
    place = Path(kept)
    print(json.dumps(build(name, Path(trail), place) if what == "build" else ask(name, Path(trail), place, principal)))


if __name__ == "__main__":  # other processes of a build load this file, too
    os.environ.setdefault("POLARS_MAX_THREADS", str(CORES))
    main(*sys.argv[1:])
