"""Rows of an answer made into CloudTrail records again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlglot import exp

from gdkit.trail.query.ocsf import ocsf_rendering
from gdkit.trail.query.raw import raw_rendering
from gdkit.trail.query.rendering import Kind, Rendering, Shown
from tests.trail.query.tables import lake_table, trail_table


def of(*values: tuple[str, Kind, str | None], constants: dict[str, str] | None = None) -> dict[str, Any]:
    """Give the record of a row with these paths, sorts and values."""
    plain = raw_rendering(trail_table())
    shown = tuple(Shown(path, exp.column("x"), kind) for path, kind, _ in values)
    made = Rendering(plain.table, shown, plain.named, plain.places, constants=constants or {})
    return made.record([value for _, _, value in values])


def test_nested_and_missing() -> None:
    """A value stands at its path, in the record's own spelling; what the row lacks is left out."""
    record = of(("eventName", "text", "GetObject"), ("userIdentity.sessionContext.sessionIssuer.arn", "text", "arn"),
                ("errorCode", "text", None))  # fmt: skip
    assert record == {"eventName": "GetObject", "userIdentity": {"sessionContext": {"sessionIssuer": {"arn": "arn"}}}}


def test_json_text() -> None:
    """JSON text becomes the value that it is; text that is none stays text."""
    record = of(("requestParameters", "json", '{"bucketName":"b"}'), ("responseElements", "json", "null"),
                ("additionalEventData", "json", "{broken"))  # fmt: skip
    assert record == {"requestParameters": {"bucketName": "b"}, "responseElements": None,
                      "additionalEventData": "{broken"}  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), [("milliseconds", "1793588645000"), ("time", "2026-11-02 03:04:05.000"),
                                             ("time", "2026-11-02 03:04:05.000 UTC")])  # fmt: skip
def test_times(kind: Kind, value: str) -> None:
    """Milliseconds and times without a zone are written as CloudTrail writes times, in UTC."""
    assert of(("eventTime", kind, value)) == {"eventTime": "2026-11-02T03:04:05Z"}


def test_further_fields() -> None:
    """Fields without a column stand at their paths; one that has a column is not written over, nor cut into."""
    further = {"sharedEventID": "s", "tlsDetails.tlsVersion": "TLSv1.3", "eventName": "other", "eventName.x": "y",
               "requestParameters": '{"roleName":"r"}'}  # fmt: skip
    record = of(("eventName", "text", "GetRole"), ("", "fields", json.dumps(further)))
    assert record == {"eventName": "GetRole", "sharedEventID": "s", "tlsDetails": {"tlsVersion": "TLSv1.3"},
                      "requestParameters": {"roleName": "r"}}  # fmt: skip


def test_whole_record() -> None:
    """A record that is kept whole is the record; text that is none gives nothing."""
    assert of(("", "record", '{"eventID":"e","x":[1]}')) == {"eventID": "e", "x": [1]}
    assert of(("", "record", "[1]")) == {}


def test_constants_fill_only() -> None:
    """What is the same for all events of a table fills what a row does not say."""
    constant = {"eventCategory": "Management"}
    assert of(("eventCategory", "text", "Data"), constants=constant) == {"eventCategory": "Data"}
    assert of(("eventName", "text", "x"), constants=constant) == {"eventName": "x", "eventCategory": "Management"}


@pytest.mark.parametrize(("source", "category"), [("cloud_trail_mgmt", "Management"), ("s3_data", "Data"),
                                                  ("lambda_execution", "Data")])  # fmt: skip
def test_kind_of_event_by_the_table(source: str, category: str) -> None:
    """Version 1 of Security Lake does not tell an event's kind; the table that it stands in does."""
    name = f"amazon_security_lake_table_eu_west_1_{source}_1_0"
    assert ocsf_rendering(lake_table(1, name)).constants == {"eventCategory": category}
    renamed = ocsf_rendering(lake_table(1, "renamed"))
    assert renamed.constants == {}
    assert "eventCategory" in renamed.lacking
    assert "eventCategory" not in ocsf_rendering(lake_table(1, name)).lacking
    assert "eventCategory" not in ocsf_rendering(lake_table(2, "renamed")).lacking


def test_resources_of_older_tables() -> None:
    """Of a resource, the fields that the table has are asked for."""
    (resources,) = [one for one in raw_rendering(trail_table()).shown if one.path == "resources"]
    assert resources.value.sql(dialect="athena") == (
        "JSON_FORMAT(CAST(TRANSFORM(\"resources\", r -> MAP(ARRAY['ARN', 'ARNPrefix', 'accountId', 'type'], "
        'ARRAY[r."arn", r."arnprefix", r."accountid", r."type"])) AS JSON))'
    )
