from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gdkit.trail import Trail, load_trail
from tests.trail import samples

if TYPE_CHECKING:
    from pathlib import Path


def load(tmp_path: Path, content: str, name: str = "events.csv") -> Trail:
    """Load one table."""
    return load_trail(samples.write(tmp_path / name, content))


def test_console_download(tmp_path: Path) -> None:
    """All sixteen columns of the console's download come out where they belong."""
    row = load(tmp_path, samples.csv_text(samples.CONSOLE_HEADER, [samples.console_cells(Error_code="Denied")])).events
    one = row.iloc[0]
    assert (one.access_key_id, one.user_name, one.session_name) == (samples.KEY, samples.INSTANCE, samples.INSTANCE)
    assert (one.event_name, one.event_source, one.region) == ("DescribeInstances", "ec2.amazonaws.com", "eu-west-1")
    assert (one.source_address, one.address_kind, one.user_agent) == ("198.51.100.7", "public", "aws-cli/2.15")
    assert (one.error_code, one.resources, bool(one.read_only)) == ("Denied", samples.INSTANCE, True)
    assert (one.account_id, one.event_category, one.event_type) == (samples.ACCOUNT, "Management", "AwsApiCall")
    assert (one.form, one.source_line) == ("CSV", 2)
    assert row.identity_type.isna().all()


def test_user_name_that_is_no_instance(tmp_path: Path) -> None:
    """A user name of the console's table is a session name only where it is an instance id."""
    cells = samples.console_cells(User_name="alice")
    one = load(tmp_path, samples.csv_text(samples.CONSOLE_HEADER, [cells])).events
    assert one.user_name[0] == "alice"
    assert one.session_name.isna().all()


def test_after_excel(tmp_path: Path) -> None:
    """A rounded account is left out, upper-case truth values are read, lost zeros come back."""
    rows = [
        samples.console_cells(0, Recipient_Account_Id="5.28758E+11", **{"Read-only": "FALSE"}),
        samples.console_cells(1, Recipient_Account_Id="12345678901", **{"Read-only": "TRUE"}),
        samples.console_cells(2, Recipient_Account_Id="111122223333.0"),
    ]
    trail = load(tmp_path, samples.csv_text(samples.CONSOLE_HEADER, rows, ";"))
    assert trail.events.account_id.isna().tolist() == [True, False, False]
    assert trail.events.account_id[1:].tolist() == ["012345678901", samples.ACCOUNT]
    assert trail.events.read_only[:2].tolist() == [False, True]
    (warning,) = trail.coverage.warnings
    assert "account id that a spreadsheet rounded" in warning
    assert warning.endswith("events.csv:2")


def test_ambiguous_times_are_missing_and_told(tmp_path: Path) -> None:
    """10/07/2023 is two days, so it is none; the line is named."""
    rows = [
        samples.console_cells(0, Event_time="2026-11-01 03:00:00"),
        samples.console_cells(1, Event_time="10/07/2023 18:30"),
        samples.console_cells(2, Event_time="10.07.2023 18:30"),
        samples.console_cells(3, Event_time="November 01, 2026, 05:00:00 (UTC+02:00)"),
    ]
    trail = load(tmp_path, samples.csv_text(samples.CONSOLE_HEADER, rows))
    assert trail.events.event_at.isna().sum() == 2
    assert [str(at) for at in trail.events.event_at[:2]] == ["2026-11-01 03:00:00+00:00"] * 2
    assert trail.coverage.warnings[0].startswith("2 events have a time that cannot be read; first: ")
    assert trail.coverage.warnings[0].endswith(":3")


@pytest.mark.parametrize("write", [repr, json.dumps])
def test_dictionaries_in_cells(tmp_path: Path, write: object) -> None:
    """Cells with a Python dictionary or JSON are read as what they are."""
    assert callable(write)
    names = ("eventID", "eventTime", "eventName", "eventSource", "userIdentity", "requestParameters", "readOnly")
    record = samples.event(requestParameters={"sessionToken": samples.TOKEN, "a": True})
    cells = [write(record[name]) if isinstance(record[name], dict) else str(record[name]) for name in names]
    one = load(tmp_path, samples.csv_text(names, [cells])).events.iloc[0]
    assert (one.principal_id, one.ec2_role_delivery) == (f"{samples.ROLE_ID}:{samples.INSTANCE}", "1.0")
    assert one.request_parameters == '{"a":true,"sessionToken":"***masked***"}'


def test_hostile_cells(tmp_path: Path) -> None:
    """A cell that is code, deep or damaged is text, and runs nothing."""
    names = ("eventID", "eventTime", "eventName", "eventSource", "requestParameters")
    odd = (
        "__import__('os').abort()",
        "{'a': __import__('os').abort()}",
        "[" * 5000,
        "{'a': '\\d'}",
        "{1: 2, 'a': {3}}",
    )
    rows = [(str(number), "2026-11-01T03:00:00Z", "A", "b", cell) for number, cell in enumerate(odd)]
    assert len(load(tmp_path, samples.csv_text(names, rows)).events) == len(odd)


def test_header_variants(tmp_path: Path) -> None:
    """Case and spaces of the header do not matter."""
    header = [name.upper().replace(" ", "_") + " " for name in samples.CONSOLE_HEADER]
    one = load(tmp_path, "\ufeff" + samples.csv_text(header, [samples.console_cells()]), "e.csv.gz").events.iloc[0]
    assert (one.access_key_id, one.account_id) == (samples.KEY, samples.ACCOUNT)


def test_flattened_table(tmp_path: Path) -> None:
    """Columns named with dots are the fields they name."""
    header = ("eventName", "eventTime", "userIdentity.arn", "userIdentity.sessionContext.ec2RoleDelivery")
    row = ("A", "2026-11-01T03:00:00Z", samples.identity()["arn"], "2.0")
    one = load(tmp_path, samples.csv_text(header, [row])).events.iloc[0]
    assert (one.session_name, one.role_name, one.ec2_role_delivery) == (samples.INSTANCE, "web-role", "2.0")


def test_athena_table_is_named(tmp_path: Path) -> None:
    """Athena's structs are no JSON: the row is named as not read, never guessed."""
    header = ("eventname", "eventtime", "eventsource", "useridentity")
    rows = [
        ("A", "2026-11-01T03:00:00Z", "b", "{type=AssumedRole, principalid=x}"),
        ("B", "2026-11-01T03:00:00Z", "b", ""),
    ]
    assert "Athena" in load(tmp_path, samples.csv_text(header, rows)).coverage.unread[0].reason


def test_wrong_rows(tmp_path: Path) -> None:
    """Rows too long or without an event are gaps, a short row is told, an empty one is nothing."""
    good = samples.console_cells(0)
    rows = [
        good,
        [*samples.console_cells(1), "x"],
        ["a"],
        [],
        samples.console_cells(2)[:12],
        [*samples.console_cells(3), ""],
    ]
    trail = load(tmp_path, samples.csv_text(samples.CONSOLE_HEADER, rows))
    assert len(trail.events) == 3
    assert [one.line for one in trail.coverage.unread] == [3, 4]
    assert trail.coverage.warnings[0].startswith("1 row has fewer cells")


def test_line_ends_inside_cells(tmp_path: Path) -> None:
    """A cell may span lines; the line of a record is where its row begins."""
    rows = [samples.console_cells(0, User_agent="a\nb\nc"), samples.console_cells(1)]
    trail = load(tmp_path, samples.csv_text(samples.CONSOLE_HEADER, rows))
    assert trail.events.source_line.tolist() == [2, 5]
    assert trail.events.user_agent[0] == "a\nb\nc"
    assert json.loads(trail.records[0])["User agent"] == "a\nb\nc"
