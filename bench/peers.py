"""Ways to pull one session and its chains out of a trail, each as a responder would write it: one run, one answer.

Run as ``python bench/peers.py NAME FOLDER PRINCIPAL``, in an environment that has the peer; prints JSON. Every way but
the floor follows the chain: with each new key it asks again. Both cores are used where the tool can.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Records = list[dict[str, Any]]
CORES = 2
GLOB = "AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz"


def followed(scan: Callable[[str, set[str]], Iterable[dict[str, Any]]], principal: str) -> set[str]:
    """Scan again with the keys that were issued, until no new one turns up; give the ids of the events."""
    keys: set[str] = set()
    while True:
        found = list(scan(principal, keys))
        issued = {key for one in found if (key := _issued(one))}
        if issued <= keys:
            return {one["eventID"] for one in found}
        keys |= issued


def _issued(record: dict[str, Any]) -> str | None:
    return ((record.get("responseElements") or {}).get("credentials") or {}).get("accessKeyId")


def _of_session(record: dict[str, Any], principal: str, keys: set[str]) -> bool:
    who = record["userIdentity"]
    return who.get("principalId") == principal or who.get("accessKeyId") in keys


def _unpack_all(paths: list[str]) -> None:
    import deflate

    for path in paths:
        deflate.gzip_decompress(Path(path).read_bytes())


def floor(folder: Path, principal: str) -> set[str]:
    """Unpack every file with libdeflate in two processes, and do nothing else."""
    paths = [str(path) for path in folder.glob(GLOB)]
    with ProcessPoolExecutor(CORES) as pool:
        list(pool.map(_unpack_all, [paths[at : at + 16] for at in range(0, len(paths), 16)]))
    return set()


def gdkit(folder: Path, principal: str) -> set[str]:
    """Search with gdkit; the answer is the table of events, the raw records and the ledger."""
    from gdkit import session_events

    return set(session_events(principal, folder).events["event_id"])


def gdkit_load(folder: Path, principal: str) -> set[str]:
    """Load the whole trail with gdkit and keep the session's events."""
    from gdkit.model import Subject
    from gdkit.trail import load_trail
    from gdkit.trail.search.keep import session_rows

    events = load_trail(folder).events
    return set(events.loc[session_rows(events, Subject(principal_id=principal)), "event_id"])


def gzip_json(folder: Path, principal: str) -> set[str]:
    """Parse every record with the standard library, once, and follow the chain in memory."""
    records = [
        record for path in folder.glob(GLOB) for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]
    return followed(lambda who, keys: (one for one in records if _of_session(one, who, keys)), principal)


def json_normalize(folder: Path, principal: str) -> set[str]:
    """Make one DataFrame of everything by json_normalize, and follow the chain in it."""
    import pandas as pd

    records = [
        record for path in folder.glob(GLOB) for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]
    table = pd.json_normalize(records)
    keys: set[str] = set()
    while True:
        rows = table[(table["userIdentity.principalId"] == principal) | table["userIdentity.accessKeyId"].isin(keys)]
        issued = set(rows["responseElements.credentials.accessKeyId"].dropna())
        if issued <= keys:
            return set(rows["eventID"])
        keys |= issued


def zcat_jq(folder: Path, principal: str) -> set[str]:
    """``zcat | jq`` on both cores, once for each hop."""

    def scan(who: str, keys: set[str]) -> Records:
        chosen = (f".Records[] | select(.userIdentity.principalId == {json.dumps(who)} or "
                  f"(.userIdentity.accessKeyId as $k | {json.dumps(sorted(keys))} | any(. == $k)))")  # fmt: skip
        with TemporaryDirectory() as out:  # a file for each process: lines of two would mix in one pipe
            command = (f"find {shlex.quote(str(folder))} -name '*.json.gz' -print0 | xargs -0 -P {CORES} -n 100 "
                       "sh -c 'zcat \"$@\" | jq -c \"$JQ\" > \"$OUT/$$\"' sh")  # fmt: skip
            subprocess.run(command, shell=True, check=True, env=os.environ | {"JQ": chosen, "OUT": out})
            return [json.loads(line) for path in Path(out).iterdir() for line in path.read_text().splitlines()]

    return followed(scan, principal)


def _grep(command: str) -> Callable[[Path, str], set[str]]:
    def run(folder: Path, principal: str) -> set[str]:
        def scan(who: str, keys: set[str]) -> Records:
            named = " ".join(f"-e {shlex.quote(text)}" for text in [who, *sorted(keys)])
            found = subprocess.run(f"{command} {named} {shlex.quote(str(folder))}", shell=True, text=True, check=True,
                                   stdout=subprocess.PIPE).stdout.split("\n")  # fmt: skip
            records = (one for path in found if path
                       for one in json.loads(gzip.decompress(Path(path).read_bytes()))["Records"])  # fmt: skip
            return [one for one in records if _of_session(one, who, keys)]

        return followed(scan, principal)

    return run


def duckdb(folder: Path, principal: str) -> set[str]:
    """Read all into a DuckDB table once, and follow the chain in it."""
    import duckdb as engine

    at = engine.connect()
    at.execute(f"SET threads={CORES}")
    at.execute("SET preserve_insertion_order=false")
    at.execute(f"""CREATE TABLE t AS SELECT r->>'$.eventID' AS id, r->>'$.userIdentity.principalId' AS who,
        r->>'$.userIdentity.accessKeyId' AS key, r->>'$.responseElements.credentials.accessKeyId' AS issued
        FROM (SELECT unnest(Records) AS r FROM read_json('{folder}/{GLOB}', columns={{Records: 'JSON[]'}},
        maximum_object_size=100000000, format='unstructured', compression='gzip'))""")

    def scan(who: str, keys: set[str]) -> Records:
        rows = at.execute(
            "SELECT id, issued FROM t WHERE who = ? OR list_contains(?, key)", [who, sorted(keys)]
        ).fetchall()
        return [{"eventID": one, "responseElements": {"credentials": {"accessKeyId": key}}} for one, key in rows]

    return followed(scan, principal)


def polars(folder: Path, principal: str) -> set[str]:
    """Scan with polars and a narrow schema, once for each hop."""
    import polars as pl

    text = pl.String
    answer = pl.Struct({"credentials": pl.Struct({"accessKeyId": text})})
    who_is = pl.Struct({"principalId": text, "accessKeyId": text})
    schema = {"Records": pl.List(pl.Struct({"eventID": text, "userIdentity": who_is, "responseElements": answer}))}
    paths = sorted(folder.glob(GLOB))

    def scan(who: str, keys: set[str]) -> Records:
        caller = pl.col("userIdentity").struct
        rows = pl.scan_ndjson(paths, schema=schema).explode("Records").unnest("Records")
        chosen = (caller.field("principalId") == who) | caller.field("accessKeyId").is_in(sorted(keys))
        return rows.filter(chosen).collect().to_dicts()

    return followed(scan, principal)


def chdb(folder: Path, principal: str) -> set[str]:
    """Let ClickHouse look for the identifiers in each line, and parse the lines that hold one, once for each hop."""
    import chdb as engine

    def scan(who: str, keys: set[str]) -> Records:
        listed = ", ".join(f"'{key}'" for key in ["none", *sorted(keys)])
        answer = engine.query(
            f"""SELECT r FROM (SELECT arrayJoin(JSONExtractArrayRaw(line, 'Records')) AS r
            FROM file('{folder}/AWSLogs/**/*.json.gz', 'LineAsString') WHERE multiSearchAny(line, ['{who}', {listed}]))
            WHERE JSONExtractString(r, 'userIdentity', 'principalId') = '{who}'
            OR JSONExtractString(r, 'userIdentity', 'accessKeyId') IN ({listed})
            SETTINGS max_threads={CORES}""",
            "JSONEachRow",
        )
        return [json.loads(json.loads(line)["r"]) for line in str(answer).splitlines() if line]

    return followed(scan, principal)


def trailscraper(folder: Path, principal: str) -> set[str]:
    """Let trailscraper parse every file, and follow the chain in what it gives."""
    from trailscraper.cloudtrail import LogFile

    records = [one.raw_source for path in folder.glob(GLOB) for one in LogFile(str(path)).records()]
    return followed(lambda who, keys: (one for one in records if _of_session(one, who, keys)), principal)


WAYS: dict[str, Callable[[Path, str], set[str]]] = {
    "floor": floor, "gdkit": gdkit, "gdkit load": gdkit_load, "gzip + json": gzip_json,
    "json_normalize": json_normalize, "zcat + jq": zcat_jq, "ripgrep -z": _grep("rg -z -F -l --no-messages -j 2"),
    "ugrep -z": _grep("ugrep -z -F -l -r -J 2"),
    "DuckDB": duckdb, "polars": polars, "chdb": chdb, "trailscraper": trailscraper,
}  # fmt: skip
"""Every way by its name, the floor first."""

LOADED = {"gdkit": "pandas", "gdkit load": "pandas", "json_normalize": "pandas", "DuckDB": "duckdb", "polars": "polars",
          "chdb": "chdb", "trailscraper": "trailscraper.cloudtrail", "floor": "deflate"}  # fmt: skip
"""Libraries that are loaded before the clock starts."""


def main(name: str, folder: str, principal: str) -> None:
    """Run one way and print seconds and the ids that it found."""
    for module in filter(None, re.split(" ", LOADED.get(name, ""))):
        __import__(module)
    if name.startswith("gdkit"):
        __import__("gdkit.trail.search.keep")
    begun = time.perf_counter()
    found = WAYS[name](Path(folder), principal)
    print(json.dumps({"seconds": time.perf_counter() - begun, "event_ids": sorted(found)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
