"""How long the analysis of one session takes: events table in, ``result.json``'s document out.

The session has four keys, and three hops are chained from it. The measure beside it is one pass of pandas over the same
table (a group-by with three columns), which no analysis of every call can be faster than. Growth tells whether the
time stays in step with the events.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.trail import ACCOUNT, BEGIN, CALLS, INSTANCE, KEYS, ROLE, ROLE_ID, THIEF
from gdkit.analysis.result import result_document
from gdkit.analysis.scope import scope_session
from gdkit.model import Subject, Verdict
from gdkit.origin.about import Sources
from gdkit.origin.assess import Seen, assess_places
from gdkit.origin.document import origin_document
from gdkit.origin.log_evidence import log_evidence
from gdkit.trail import load_trail

if TYPE_CHECKING:
    import pandas as pd

    from gdkit.trail import Trail

SIZES = (1_000, 10_000, 100_000)
HOPS = 3
ROUNDS = 3
AT = datetime(2026, 11, 3, tzinfo=UTC)
SUBJECT = Subject(principal_id=f"{ROLE_ID}:{INSTANCE}", instance_id=INSTANCE, reported_addresses=(THIEF,))


def write_session(path: Path, events: int) -> None:
    """Write a trail in which every record is of the session or of one chained from it."""
    chance = Random(7)  # noqa: S311 - a benchmark, nothing is kept secret by it
    records = [_record(chance, number, events) for number in range(events)]
    path.write_text(json.dumps({"Records": records}), encoding="utf-8")


def _record(chance: Random, number: int, events: int) -> dict[str, Any]:
    """Give one record: the first quarter is of the session alone, then each quarter reaches one hop further."""
    hop = chance.randrange(1 + min(HOPS, 4 * number // events))
    stolen = hop > 0 or chance.random() < 0.3
    service, name = chance.choice(CALLS)
    made = {
        "eventVersion": "1.11",
        "eventID": f"{number:08d}-0000-4000-8000-000000000000",
        "eventTime": (BEGIN + timedelta(seconds=number * 86_000 // events)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": THIEF if stolen else f"10.0.0.{chance.randrange(20)}",
        "userAgent": f"aws-cli/2.{chance.randrange(40)} os/linux#6.1 lang/python#3.11",
        "userIdentity": _identity(hop, chance),
        "requestParameters": {"bucketName": f"bucket-{chance.randrange(200)}", "key": f"object-{number}"},
        "recipientAccountId": ACCOUNT,
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
    }  # fmt: skip
    if number and number % (events // 4) < HOPS * 4 and hop < HOPS and stolen:
        given = {"credentials": {"accessKeyId": f"ASIABENCHHOP{hop + 1:08d}", "expiration": "Nov 2, 2026, 12:00:00 AM"},
                 "assumedRoleUser": {"assumedRoleId": f"AROABENCHHOP{hop + 1}:next"}}  # fmt: skip
        made |= {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "responseElements": given,
                 "requestParameters": {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/hop-{hop + 1}",
                                       "roleSessionName": "next"}}  # fmt: skip
    return made


def _identity(hop: int, chance: Random) -> dict[str, Any]:
    role, role_id, name = (f"hop-{hop}", f"AROABENCHHOP{hop}", "next") if hop else (ROLE, ROLE_ID, INSTANCE)
    return {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": f"ASIABENCHHOP{hop:08d}" if hop else chance.choice(KEYS),
        "sessionContext": {"attributes": {"creationDate": "2026-11-01T00:00:00Z"}, "ec2RoleDelivery": "2.0"},
    }


def analyse(trail: Trail) -> int:
    """Analyse the session, judge the addresses and make the document; give its number of calls."""
    scoped = scope_session(trail.events, SUBJECT)
    evidence = log_evidence(trail.events, scoped, SUBJECT).evidence
    seen = Seen(scoped.session, scoped.events, scoped.addresses, evidence)
    origin = origin_document(assess_places(seen, SUBJECT, Sources(AT)), scoped.addresses)
    document = result_document(SUBJECT, scoped, trail.coverage, Verdict("undetermined"), origin)
    assert scoped.events["hop"].max() == HOPS, "all hops are followed"
    return int(document["events"]["total"])


def one_pass(events: pd.DataFrame) -> int:
    """Group the table once."""
    return len(events.groupby(["access_key_id", "source_address", "user_agent"]).agg({"event_at": ["min", "max"]}))


def main() -> None:
    """Print seconds, growth from size to size, and how many passes of pandas the analysis is worth."""
    print(f"{'events':>8}{'seconds':>9}{'growth':>8}{'x one pass':>12}")
    before = 0.0
    for events in SIZES:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "trail.json"
            write_session(path, events)
            trail = load_trail(path)
        took, floor = _best(lambda: analyse(trail)), _best(lambda: one_pass(trail.events))  # noqa: B023 - used at once
        growth = f"{took / before:.1f}" if before else "-"
        print(f"{events:>8,}{took:>9.2f}{growth:>8}{took / floor:>12.0f}", flush=True)
        before = took


def _best(call: Any) -> float:
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


if __name__ == "__main__":
    main()
