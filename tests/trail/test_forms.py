from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.trail import Trail, load_trail
from tests.trail import samples

if TYPE_CHECKING:
    from pathlib import Path


def load(tmp_path: Path, content: str | bytes, name: str = "log.json") -> Trail:
    """Load one file with this content."""
    return load_trail(samples.write(tmp_path / name, content))


def _logstash(number: int) -> dict[str, Any]:
    record = samples.event(number, eventTime=..., **{"@timestamp": f"2026-11-01T03:00:{number:02d}.000Z"})
    record["userIdentity"]["sessionContext"]["sessionIssuer"] = {}
    return record | {"@version": "1", "tags": []}


def _hit(number: int) -> dict[str, Any]:
    return {"_index": "cloudtrail", "_id": str(number), "_source": samples.event(number)}


def _bridge(number: int) -> dict[str, Any]:
    kind = "AWS API Call via CloudTrail"
    return {"version": "0", "detail-type": kind, "source": "aws.ec2", "detail": samples.event(number)}


def _message(number: int) -> dict[str, Any]:
    return {"timestamp": 1, "message": samples.compact(samples.event(number))}


def _lines(make: Any) -> str:
    return "".join(samples.compact(make(number)) + "\n" for number in range(3))


_THREE = samples.events(3)
FORMS = {
    "Records file": samples.records_text(3),
    "Records file, other names around": samples.compact({"owner": {"Records": 1}, "Records": _THREE, "z": [1]}),
    "Records file, pretty": json.dumps({"Records": _THREE}, indent=2),
    "Records file, far in": samples.compact({"pad": "x" * 9000, "Records": _THREE}),
    "JSON array": samples.compact(_THREE),
    "JSON array, pretty": json.dumps(_THREE, indent=3),
    "JSON lines": _lines(samples.event),
    "Records documents, one a line": _lines(lambda number: {"Records": [samples.event(number)]}),
    "array of Records documents": samples.compact([{"Records": _THREE[:2]}, {"Records": _THREE[2:]}]),
    "pretty documents, one after the other": "\n".join(json.dumps(one, indent=2) for one in _THREE),
    "documents without anything between": "".join(samples.compact(one) for one in _THREE),
    "Logstash lines": _lines(_logstash),
    "hits, one a line": _lines(_hit),
    "search answer": samples.compact({"took": 1, "hits": {"total": 3, "hits": [_hit(n) for n in range(3)]}}),
    "EventBridge lines": _lines(_bridge),
    "EventBridge array": samples.compact([_bridge(n) for n in range(3)]),
    "CloudWatch lines": _lines(_message),
    "CloudWatch answer": samples.compact({"events": [_message(n) for n in range(3)], "nextToken": "n"}),
    "CloudWatch subscription": samples.compact({"owner": "1", "logEvents": [_message(n) for n in range(3)]}),
    "look-up lines": _lines(samples.lookup_row),
    "look-up array": samples.compact([samples.lookup_row(n) for n in range(3)]),
    "look-up answer": samples.compact({"Events": [samples.lookup_row(n) for n in range(3)]}),
    "look-up table": samples.csv_text(
        ("EventId", "EventTime", "EventName", "EventSource", "CloudTrailEvent"),
        (
            (row["EventId"], row["EventTime"], row["EventName"], row["EventSource"], row["CloudTrailEvent"])
            for row in map(samples.lookup_row, range(3))
        ),
    ),
    "log lines": _lines(samples.event).replace('{"eventVersion"', '2026-11-01T03:00:00 trail-1 {"eventVersion"'),
    "Splunk export": _lines(lambda n: {"preview": False, "result": {"_raw": samples.compact(samples.event(n))}}),
    "Logs Insights": samples.compact(
        {
            "results": [
                [{"field": "@message", "value": samples.compact(one)}, {"field": "@ptr", "value": "p"}]
                for one in _THREE
            ]
        }
    ),
    "list of CloudTrailEvent": samples.compact([samples.compact(one) for one in _THREE]),
    "text of CloudTrailEvent": "\t".join(map(samples.compact, _THREE)),
    "records in small letters": samples.compact({"records": _THREE}),
    "console table": samples.csv_text(samples.CONSOLE_HEADER, map(samples.console_cells, range(3))),
    "console table, semicolons": samples.csv_text(samples.CONSOLE_HEADER, map(samples.console_cells, range(3)), ";"),
    "console table, tabs": samples.csv_text(samples.CONSOLE_HEADER, map(samples.console_cells, range(3)), "\t"),
    "byte order mark": "\ufeff" + samples.records_text(3),
    "Windows line ends": _lines(samples.event).replace("\n", "\r\n"),
}


_INSIDE_TEXTS = ("look-up", "CloudWatch", "Splunk", "Logs Insights", "list of CloudTrailEvent")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["log.json", "log.gz"])
def test_every_form_gives_its_three_events(tmp_path: Path, form: str, name: str) -> None:
    """Each known form, plain and gzipped, gives all its events and no complaint."""
    trail = load(tmp_path, FORMS[form], name)
    assert list(trail.events.event_id) == [one["eventID"] for one in _THREE]
    assert set(trail.events.access_key_id) == {samples.KEY}
    assert set(trail.events.session_name) == {samples.INSTANCE}
    assert trail.events.event_at.notna().all()
    assert trail.coverage.unread == ()
    assert trail.coverage.warnings == ()
    assert trail.coverage.searched[0].records == 3


@pytest.mark.parametrize(
    "form",
    [name for name in FORMS if "table" not in name and not name.startswith(_INSIDE_TEXTS)],
)
def test_raw_text_is_the_exact_slice(tmp_path: Path, form: str) -> None:
    """The raw record is the text as it stood in the file, to the character."""
    content = FORMS[form]
    trail = load(tmp_path, content)
    for number, raw in enumerate(trail.records):
        assert raw in content
        assert json.loads(raw)["eventID"] == trail.events.event_id[number]
    assert list(trail.events.record_number) == [0, 1, 2]


def test_raw_text_of_a_lookup_row_is_its_event(tmp_path: Path) -> None:
    """The raw record of a look-up row is the CloudTrailEvent string as decoded."""
    trail = load(tmp_path, FORMS["look-up lines"])
    assert trail.records[1] == samples.compact(samples.event(1))


def test_a_lookup_row_fills_what_its_event_lacks(tmp_path: Path) -> None:
    """Resources and user name of the row are kept beside the event."""
    row = load(tmp_path, samples.compact(samples.lookup_row())).events.iloc[0]
    assert (row.resources, row.user_name) == (samples.INSTANCE, samples.INSTANCE)
    assert row.form == "LookupEvents row"


def test_a_lookup_row_without_its_event_is_kept(tmp_path: Path) -> None:
    """A row whose CloudTrailEvent is damaged still counts, by its own fields, and is told."""
    trail = load(tmp_path, samples.compact(samples.lookup_row(CloudTrailEvent='{"eventVer')))
    row = trail.events.iloc[0]
    assert (row.event_name, row.access_key_id, bool(row.read_only)) == ("DescribeInstances", samples.KEY, True)
    assert row.event_at.isoformat() == "2026-11-01T03:00:00+00:00"
    assert "no readable CloudTrailEvent" in trail.coverage.warnings[0]


def test_a_lookup_row_with_epoch_time(tmp_path: Path) -> None:
    """EventTime in seconds since 1970 is read."""
    row = samples.lookup_row(EventTime=1793502000.5, CloudTrailEvent="")
    assert load(tmp_path, samples.compact(row)).events.event_at[0].isoformat() == "2026-11-01T03:00:00.500000+00:00"


def test_single_event_with_flat_keys(tmp_path: Path) -> None:
    """Keys with dots fill what is missing and change nothing that is there."""
    record = samples.event(userIdentity={"type": "AssumedRole"}) | {
        "userIdentity.type": "other", "userIdentity.accessKeyId": samples.KEY,
        "userIdentity.sessionContext.ec2RoleDelivery": "2.0", "eventName.x": 1,
    }  # fmt: skip
    row = load(tmp_path, json.dumps(record, indent=1)).events.iloc[0]
    assert (row.identity_type, row.access_key_id, row.ec2_role_delivery) == ("AssumedRole", samples.KEY, "2.0")


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """source_line is where each record begins."""
    content = "\n\n" + json.dumps({"Records": samples.events(2)}, indent=1) + "\n" + samples.compact(samples.event(2))
    lines = content.split("\n")
    trail = load(tmp_path, content)
    assert lines[trail.events.source_line[0] - 1].strip() == "{"
    assert lines[trail.events.source_line[1]].strip() == '"eventVersion": "1.11",'
    assert trail.events.source_line[2] == len(lines)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"class_uid": 6003, "api": {}}, "OCSF"),
        ({"eventname": "GetObject", "eventsource": "s3.amazonaws.com", "useridentity": "{}"}, "Athena"),
        ({"eventName": "ObjectCreated:Put", "eventSource": "aws:s3", "eventTime": "x"}, "notification"),
        ({"hello": 1}, "JSON, but no CloudTrail record"),
        ([1, None, "x"], "JSON, but no CloudTrail record"),
        (None, "JSON, but no CloudTrail record"),
    ],
)
def test_what_is_no_record_is_named(tmp_path: Path, content: Any, reason: str) -> None:
    """Other JSON beside a record is named with its line and never guessed at."""
    trail = load(tmp_path, samples.compact(samples.event()) + "\n" + samples.compact(content))
    assert len(trail.events) == 1
    assert {one.line for one in trail.coverage.unread} == {2}
    assert reason in trail.coverage.unread[0].reason


def test_elements_that_are_no_records_lose_no_neighbour(tmp_path: Path) -> None:
    """A wrong element of Records is named, the others are kept."""
    trail = load(tmp_path, samples.compact({"Records": [samples.event(0), 7, {}, samples.event(1)]}))
    assert len(trail.events) == 2
    assert len(trail.coverage.unread) == 2


def test_digests_are_counted_once(tmp_path: Path) -> None:
    """Digest files are no gap: one line says how many there were."""
    digest = samples.compact({"digestStartTime": "2026-11-01T03:00:00Z", "logFiles": []})
    samples.write(tmp_path / "a.json.gz", digest)
    samples.write(tmp_path / "b.json.gz", digest)
    samples.write(tmp_path / "c.json.gz", samples.records_text(1))
    coverage = load_trail(tmp_path).coverage
    assert [one.what for one in coverage.passed_over] == ["2 digest files"]
    assert not coverage.unread


def test_log_lines(tmp_path: Path) -> None:
    """A log with records in its lines is read whatever its name is, and a line without one is told of."""
    lines = [f"2026-11-01T03:00:0{n} trail {samples.compact(samples.event(n))}" for n in range(3)]
    trail = load(tmp_path, "\n".join([lines[0], "a line that is cut {", *lines[1:]]), "tail.log")
    assert len(trail.events) == 3
    assert list(trail.events["source_line"]) == [1, 3, 4]
    assert [(one.line, one.reason) for one in trail.coverage.unread] == [(2, "a line without a CloudTrail record")]


def test_records_far_behind_other_text(tmp_path: Path) -> None:
    """A text file with records somewhere behind its first line is a gap, and no text that can hold nothing."""
    samples.write(tmp_path / "logs" / "a.json", samples.records_text(1))
    samples.write(tmp_path / "logs" / "notes.txt", f"see below\n{samples.compact(samples.event(2))}\n")
    samples.write(tmp_path / "logs" / "other.txt", "see above\n")
    coverage = load_trail(tmp_path / "logs").coverage
    assert [(one.file, one.reason) for one in coverage.unread] == [
        (str(tmp_path / "logs" / "notes.txt"), "neither JSON nor a CSV table of CloudTrail events")]  # fmt: skip
