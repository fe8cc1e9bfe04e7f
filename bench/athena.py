"""What one question costs where Athena asks a trail's log files, as the trail grows in days and the session does not.

The simulated Athena runs the text of every query over the objects of a bucket and counts the bytes of those that it
reads, which is what AWS charges for. The trail is the synthetic one; a longer trail has more such fortnights before it,
without the theft. The question is the session over four days, with all that was chained from it.
"""

from __future__ import annotations

import argparse
import gzip
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.synthetic import BEGIN, DAYS, HOME, INSTANCE, OTHER, REGIONS, STOLEN_AT, write_synthetic
from gdkit.aws import AwsAccess, open_read_only
from gdkit.model import Subject
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.site import Site, allow
from gdkit.simulator.server import in_environment, running
from gdkit.trail import load_trail
from gdkit.trail.fetched import Question, Terms, Watch, fetch
from gdkit.trail.named import parse_source
from gdkit.trail.query.ddl import TrailPlace, create_statement, table_over
from gdkit.trail.search.keep import session_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.synthetic import Truth

REGION, BUCKET = "us-east-1", "bench-trail-logs"
SPAN = (STOLEN_AT - timedelta(days=1), STOLEN_AT + timedelta(days=3))
RECURSIVE = """WITH RECURSIVE chain(key) AS (
SELECT json_extract_scalar(responseelements, '$.credentials.accessKeyId') FROM logs.trail
WHERE day BETWEEN '{first}' AND '{last}' AND useridentity.principalid = '{principal}' AND eventname = 'AssumeRole'
UNION ALL
SELECT json_extract_scalar(t.responseelements, '$.credentials.accessKeyId') FROM logs.trail t
JOIN chain c ON t.useridentity.accesskeyid = c.key
WHERE t.day BETWEEN '{first}' AND '{last}' AND t.eventname = 'AssumeRole')
SELECT eventid FROM logs.trail WHERE day BETWEEN '{first}' AND '{last}'
AND (useridentity.principalid = '{principal}' OR useridentity.accesskeyid IN (SELECT key FROM chain))"""
"""The chain in one statement, over the days that the first of the other queries reads."""


class Ran(NamedTuple):
    """What one question took.

    Attributes:
        trail_bytes: of all objects of the trail.
        first_bytes: that the query for the session scanned.
        bytes: that all queries scanned, those for what was chained from it among them.
        recursive_bytes: that one recursive query scans; None where it was not run.
    """

    trail_bytes: int
    events: int
    queries: int
    first_bytes: int
    bytes: int
    recursive_bytes: int | None


class Bench:
    """A simulated account with a bucket, a database and one who may ask."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.s3 = accounts.backend.client("s3", HOME, REGION)
        self.s3.create_bucket(Bucket=BUCKET)
        accounts.backend.client("glue", HOME, REGION).create_database(DatabaseInput={"Name": "logs"})
        accounts.backend.client("athena", HOME, REGION).create_work_group(
            Name="bench", Configuration={"ManagedQueryResultsConfiguration": {"Enabled": True}}
        )
        Site(accounts, HOME, REGION).role("reader", {"AWS": f"arn:aws:iam::{HOME}:root"}, allow(["*"]))
        self.reader = accounts.role_session(HOME, "reader", "bench", 3600)

    def put(self, key: str, body: bytes) -> int:
        """Put an object and give its bytes."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return len(body)

    def run(self, statement: str) -> int:
        """Run a statement and give the bytes that it scanned."""
        before = self.accounts.athena.bytes_scanned
        self.accounts.perform(HOME, REGION, "athena", "StartQueryExecution", QueryString=statement, WorkGroup="bench")
        return self.accounts.athena.bytes_scanned - before


@contextmanager
def bench() -> Iterator[tuple[Bench, dict[str, str]]]:
    """Run a simulated account."""
    accounts = Accounts(1)
    accounts.clock.set(BEGIN + timedelta(days=DAYS))
    with running(accounts) as simulator:
        made = Bench(accounts)
        yield made, simulator.environment(made.reader)


def upload(made: Bench, folder: Path, fortnights: int, stolen: frozenset[str]) -> int:
    """Put the trail into the bucket, and so many fortnights before it; give the bytes of all."""
    paths = sorted(folder.rglob("*.json.gz"))
    size = sum(made.put(str(path.relative_to(folder)), path.read_bytes()) for path in paths)
    for number in range(1, fortnights):
        size += sum(made.put(shifted(str(path.relative_to(folder)), number), older(path, number, stolen))
                    for path in paths)  # fmt: skip
    return size


def shifted(key: str, fortnights: int) -> str:
    """Give a key with the days of its folder and name put back."""
    *parts, year, month, day, name = key.split("/")
    at = datetime(int(year), int(month), int(day), tzinfo=UTC)
    then = at - timedelta(days=DAYS * fortnights)
    return "/".join([*parts, f"{then:%Y/%m/%d}", name.replace(f"{at:%Y%m%d}", f"{then:%Y%m%d}")])


def older(path: Path, fortnights: int, stolen: frozenset[str]) -> bytes:
    """Give a log file put back in time, without the theft."""
    back = timedelta(days=DAYS * fortnights)
    records = [record for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
               if record["eventID"] not in stolen]  # fmt: skip
    for record in records:
        record["eventTime"] = f"{datetime.fromisoformat(record['eventTime']) - back:%Y-%m-%dT%H:%M:%SZ}"
    text = json.dumps({"Records": records}, separators=(",", ":")).encode()
    return gzip.compress(text, 6, mtime=0)


def measure(folder: Path, truth: Truth, fortnights: int, *, recursive: bool) -> Ran:
    """Ask for the session in a trail of so many fortnights."""
    with bench() as (made, environment), in_environment(environment), TemporaryDirectory() as case:
        trail_bytes = upload(made, folder, fortnights, truth.event_ids)
        since = (BEGIN - timedelta(days=DAYS * fortnights)).date()
        place = TrailPlace(BUCKET, "", "", (HOME, OTHER), tuple(REGIONS), since)
        made.run(create_statement(table_over(place, "logs", "trail")))
        question = Question(*SPAN, principal_ids=(truth.principal,), session_names=(INSTANCE,), instance_id=INSTANCE)
        aws = open_read_only(AwsAccess(regions=(REGION,)))
        found = fetch(parse_source("athena:bench/logs.trail"), question, Path(case), aws=aws,  # type: ignore[arg-type]
                      terms=Terms(), watch=Watch())  # fmt: skip
        truth.check("Athena", session_ids(Path(case), truth))
        scanned = [one.answer.bytes for one in made.accounts.athena._executions.values() if one.kind == "DML"]
        days: dict[str, Any] = {"first": f"{SPAN[0]:%Y/%m/%d}", "last": f"{SPAN[1] + timedelta(days=1):%Y/%m/%d}"}
        statement = RECURSIVE.format(principal=truth.principal, **days)
        return Ran(trail_bytes, truth.events * fortnights, len(scanned), scanned[0], found.cost.bytes,
                   made.run(statement) if recursive else None)  # fmt: skip


def session_ids(fetched: Path, truth: Truth) -> set[str]:
    """Give the ids of the session's events in what was fetched, which holds calls on the instance as well."""
    events = load_trail([fetched]).events
    return set(events.loc[session_rows(events, Subject(principal_id=truth.principal)), "event_id"])


def main() -> None:
    """Measure a trail and one of ten times its days, and print how the bytes scanned grow."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=20_000)
    options.add_argument("--times", type=int, default=10, help="how many times the days")
    asked = options.parse_args()
    with TemporaryDirectory() as name:
        truth = write_synthetic(Path(name), asked.events)
        one, more = (measure(Path(name), truth, count, recursive=count == 1) for count in (1, asked.times))
    print(f"{'days':>6}{'events':>10}{'trail MB':>10}{'queries':>9}{'scanned MB':>12}{'of trail':>10}")
    for days, ran in ((DAYS, one), (DAYS * asked.times, more)):
        print(f"{days:>6}{ran.events:>10,}{ran.trail_bytes / 1e6:>10.2f}{ran.queries:>9}{ran.bytes / 1e6:>12.2f}"
              f"{ran.bytes / ran.trail_bytes:>10.1%}")  # fmt: skip
    print(f"bytes scanned grow {more.bytes / one.bytes:.2f} x as the trail grows "
          f"{more.trail_bytes / one.trail_bytes:.1f} x (goal: below 1.5 x)")  # fmt: skip
    print(f"following the chain by further queries scans {one.bytes / one.first_bytes:.2f} x the query for the session "
          f"alone, one recursive query {(one.recursive_bytes or 0) / one.first_bytes:.2f} x")  # fmt: skip


if __name__ == "__main__":
    main()
