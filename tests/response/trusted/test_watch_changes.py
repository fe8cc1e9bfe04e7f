"""Calls against what GuardDuty watches: the leaked session's always, others' only while it was used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.analysis.impact.tamper import TAMPERING
from gdkit.response.trusted.watch_changes import MAKES, NAMES_A_RULE, suspicious_changes
from tests.analysis.records import NAT, PRINCIPAL, THIEF, THIEF_CLIENT, events_of, identity, record

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = datetime(2026, 11, 1, 7, 30, tzinfo=UTC), datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
ADMIN = identity("ASIAEXAMPLEADMIN0001", name="ann", role="admin", role_id="AROAEXAMPLEADMIN00001")


def call(minute: int, name: str = "CreateFilter", **fields: Any) -> dict[str, Any]:
    """Give a call to GuardDuty, by the leaked session unless told."""
    asked = fields.pop("asked", {"detectorId": "d" * 32, "name": "quiet"})
    return record(minute, THIEF, THIEF_CLIENT, name=name, service="guardduty", requestParameters=asked, **fields)


def test_the_session_is_found_at_any_time(tmp_path: Path) -> None:
    """A rule that the leaked session made counts, in the window or not; one that failed or only read does not."""
    events = events_of(tmp_path, [call(1), call(2, "ListFilters"), call(3, errorCode="AccessDenied"), call(200)])
    found = suspicious_changes(events, principal_id=PRINCIPAL, begins_at=BEGIN, ends_at=END)
    assert [(one.event_name, one.subject, one.by_session) for one in found] == [("CreateFilter", "quiet", True)] * 2
    assert "CreateFilter by the leaked session at 2026-11-01T07:01:00Z" in found[0].words()


def test_others_count_in_the_window(tmp_path: Path) -> None:
    """What others changed counts only while the thief was at work, and says who it was."""
    records = [call(minute, "UpdateFilter", who=ADMIN, asked={"filterName": "old"}) for minute in (29, 30, 60, 61)]
    events = events_of(tmp_path, records)
    found = suspicious_changes(events, principal_id=PRINCIPAL, begins_at=BEGIN, ends_at=END)
    assert [(one.event_at, one.subject, one.by_session) for one in found] == [
        (BEGIN, "old", False),
        (END, "old", False),
    ]
    assert "assumed-role/admin/ann while the leaked session was used" in found[0].words()
    assert len(suspicious_changes(events, principal_id=None, begins_at=BEGIN)) == 3
    assert suspicious_changes(events, principal_id=PRINCIPAL) == ()


def test_gdkits_own_agent_is_said(tmp_path: Path) -> None:
    """A change with gdkit's user agent stays in the list, and is said to carry it; a thief can write it too."""
    records = [call(31, who=ADMIN, userAgent="gdkit/0.1.0 md/Botocore"), call(32, userAgent="gdkit/0.1.0")]
    found = suspicious_changes(events_of(tmp_path, records), principal_id=PRINCIPAL, begins_at=BEGIN)
    assert [one.by_session for one in found] == [False, True]
    assert all("user agent of gdkit, which anybody can write" in one.words() for one in found)


def test_subjects(tmp_path: Path) -> None:
    """The rule, list or set that a call is about is named, with nothing unprintable; a call without one names none."""
    asked = [{"ipSetId": "a1"}, {"name": "n\x1b[31m"}, {"detectorId": "d"}, None]
    records = [call(minute, "UpdateIPSet", asked=one) for minute, one in enumerate(asked)]
    found = suspicious_changes(events_of(tmp_path, records), principal_id=PRINCIPAL)
    assert [one.subject for one in found] == ["a1", "n\\x1b[31m", "", ""]


def test_other_services_and_nothing(tmp_path: Path) -> None:
    """A call of that name to another service is none, and an empty table gives none."""
    other = record(1, NAT, THIEF_CLIENT, name="CreateFilter", service="inspector2")
    events = events_of(tmp_path, [other])
    assert suspicious_changes(events, principal_id=PRINCIPAL, begins_at=BEGIN) == ()
    assert suspicious_changes(events.iloc[:0], principal_id=PRINCIPAL) == ()


def test_names_are_those_of_the_impact() -> None:
    """Every call is one that the analysis of impact knows as tampering."""
    known = {name.removeprefix("guardduty:") for name in TAMPERING if name.startswith("guardduty:")}
    assert set(MAKES) <= known
    assert set(MAKES) >= NAMES_A_RULE
