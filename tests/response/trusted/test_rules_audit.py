"""The audit of what hides findings: each rule and list with how it stands and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import AwsError
from gdkit.response.trusted.home import Home
from gdkit.response.trusted.labels import EXPIRES, OWNER, REASON
from gdkit.response.trusted.rules_audit import COLUMNS, NEEDS, audit_rules, rule_row
from gdkit.response.trusted.suppression_rule import STEP
from gdkit.response.trusted.watch_changes import Change, suspicious_changes
from tests.analysis.records import events_of
from tests.aws import fakes
from tests.findings import samples as s
from tests.response.trusted import office
from tests.response.trusted.office import ADDRESS, LABELS
from tests.simulator.small_world import ACCOUNT, REGION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import SmallWorld

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOME = Home(ACCOUNT, REGION, "d" * 32)
NARROW = {"Criterion": {
    "type": {"Equals": [s.OUTSIDE]}, "resource.accessKeyDetails.userName": {"Equals": ["app"]},
    "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4": {"Equals": [ADDRESS]},
}}  # fmt: skip
BROAD = {"Criterion": {"type": {"Equals": [s.OUTSIDE]}}}


def rule(**changes: Any) -> dict[str, Any]:
    """Give a filter as GetFilter does."""
    return {"Name": "office", "Action": "ARCHIVE", "Rank": 1, "FindingCriteria": NARROW,
            "Tags": {OWNER: "Network team", REASON: "Egress", EXPIRES: "2027-01-31"}, **changes}  # fmt: skip


def change(name: str = "UpdateFilter", subject: str = "office", *, region: str = REGION) -> Change:
    """Give a suspicious call."""
    return Change("event-1", AT, name, region, subject, "arn:aws:sts::111122223333:assumed-role/x/y", by_session=True)


@pytest.mark.parametrize(
    ("changes", "standing", "words"),
    [
        ({}, "sound", "it is narrow, and its last day is 2027-01-31"),
        ({"Tags": {EXPIRES: "2026-11-02"}}, "sound", "2026-11-02"),
        ({"Tags": {EXPIRES: "2026-11-01"}}, "expired", "its last day was 2026-11-01"),
        ({"Tags": {EXPIRES: "never"}}, "no last day", "never is no day"),
        ({"Tags": None}, "no last day", "nothing says until when"),
        ({"FindingCriteria": BROAD}, "too broad", "neither the caller nor the resource"),
        ({"FindingCriteria": BROAD, "Tags": {EXPIRES: "2026-11-01"}}, "too broad", "its last day was"),
        ({"FindingCriteria": BROAD, "Action": "NOOP"}, "sound", "hides nothing now (NOOP)"),
    ],
)
def test_standing(changes: dict[str, Any], standing: str, words: str) -> None:
    """Each rule stands by its gravest fault, and its sentence names every one."""
    row = rule_row(rule(**changes), HOME, AT)
    assert row["standing"] == standing
    assert words in row["says"] and row["says"].endswith(".")
    assert tuple(row) == COLUMNS


def test_touched_rule_is_suspicious() -> None:
    """A rule that the leaked session changed is suspicious whatever else it is; another's change is not its own."""
    row = rule_row(rule(), HOME, AT, [change(), change(subject="other")])
    assert row["standing"] == "suspicious"
    assert row["says"].count("by the leaked session") == 1
    assert rule_row(rule(), HOME, AT, [change(subject="other")])["standing"] == "sound"


def test_hostile_words_are_escaped() -> None:
    """Names and tags that others wrote are shown without anything unprintable."""
    row = rule_row(rule(Name="a\x1b[31m", Tags={OWNER: "b\x07", EXPIRES: "\x1b"}), HOME, AT)
    assert (row["name"], row["owner"]) == ("a\\x1b[31m", "b\\x07")
    assert row["says"].isprintable()


def test_audit_of_a_detector(world: SmallWorld, tmp_path: Path) -> None:
    """The audit finds gdkit's own rule sound and expired later, and one that the leaked session made suspicious."""
    desk = office.trusted_desk(world, STEP, tmp_path / "case", address=ADDRESS, action="ARCHIVE", **LABELS)
    desk = replace(desk, despite="the office's own range; counted by hand")
    desk.apply(desk.preview())
    fleet = world.fleet("audited")
    key = world.stolen(fleet.instances[0])
    detector = office.detector_of(world)
    world.api("guardduty", key).create_filter(DetectorId=detector, Name="quiet", Action="ARCHIVE",
                                              FindingCriteria=BROAD)  # fmt: skip
    world.api("guardduty", key).create_filter(DetectorId=detector, Name="brief", FindingCriteria=BROAD)
    world.api("guardduty", key).delete_filter(DetectorId=detector, FilterName="brief")
    changes = suspicious_changes(events_of(tmp_path, world.records), principal_id=fleet.principal_id(0))
    reader = auditor(desk)
    rows = audit_rules(reader, ACCOUNT, REGION, AT, changes)
    assert [(row["kind"], row["name"], row["standing"]) for row in rows if row["kind"] != "suppression rule"] == [
        ("change", "brief", "suspicious"), ("change", "brief", "suspicious"),
    ]  # fmt: skip
    by_name = {row["name"]: row for row in rows if row["kind"] == "suppression rule"}
    assert by_name["quiet"]["standing"] == "suspicious"
    assert "CreateFilter by the leaked session" in by_name["quiet"]["says"] and "neither" in by_name["quiet"]["says"]
    (own,) = [row for name, row in by_name.items() if name.startswith("gdkit-")]
    assert (own["standing"], own["owner"], own["expires"]) == ("sound", "Network team", "2027-01-31")
    assert own["created_at"].endswith("Z")
    later = audit_rules(reader, ACCOUNT, REGION, datetime(2027, 2, 1, tzinfo=UTC))
    assert {row["name"]: row["standing"] for row in later}[own["name"]] == "expired"


def auditor(desk: Desk) -> Any:
    """Log in as somebody who may do what the audit declares, and nothing else."""
    from gdkit.aws import AwsAccess, open_read_only
    from gdkit.simulator.server import in_environment

    issued = desk._issued(set(NEEDS))
    with in_environment(desk.world.simulator.environment(issued)):
        return open_read_only(AwsAccess(region=REGION))


def test_reading_that_is_refused(world: SmallWorld, tmp_path: Path) -> None:
    """The audit stops where a part cannot be read, and never calls that part clean."""
    office.detector_of(world)
    desk = office.trusted_desk(world, STEP, tmp_path / "case", address=ADDRESS, **LABELS)
    with pytest.raises(AwsError) as refused:
        audit_rules(desk.reader(), ACCOUNT, REGION, AT)
    assert refused.value.permission == "guardduty:ListIPSets"


def test_no_detector(world: SmallWorld, tmp_path: Path) -> None:
    """A region without a detector has no rules; a change in it is told all the same, one of another region is not."""
    desk = office.trusted_desk(world, STEP, tmp_path / "case", address=ADDRESS, **LABELS)
    assert audit_rules(desk.reader(), ACCOUNT, "us-west-2", AT) == []
    changes = [change("DeleteDetector", "", region="us-west-2"), change("DeleteDetector", "")]
    (row,) = audit_rules(desk.reader(), ACCOUNT, "us-west-2", AT, changes)
    assert (row["kind"], row["name"]) == ("change", "deleted the detector")
    assert row["says"].startswith("Somebody deleted the detector: DeleteDetector by the leaked session")


def test_trusted_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """An active trusted list is too broad by nature, one that was touched is suspicious, one not in use is sound."""
    lists = {"a" * 32: ("Offices", "ACTIVE"), "b" * 32: ("Touched", "ACTIVE"), "c" * 32: ("Old", "INACTIVE")}

    def given(call: fakes.Called) -> dict[str, Any]:
        name, status = lists[call.parameters["IpSetId"]]
        return {"Name": name, "Format": "TXT", "Location": "s3://b/k", "Status": status}

    _, aws = fakes.reader(monkeypatch, {
        ("guardduty", "ListDetectors"): {"DetectorIds": ["d" * 32]},
        ("guardduty", "ListFilters"): {"FilterNames": []},
        ("guardduty", "ListIPSets"): {"IpSetIds": list(lists)},
        ("guardduty", "GetIPSet"): given,
        ("guardduty", "ListTrustedEntitySets"): {"TrustedEntitySetIds": []},
    })  # fmt: skip
    rows = audit_rules(aws, ACCOUNT, REGION, AT, [change("UpdateIPSet", "b" * 32)])
    standings = {row["name"]: row["standing"] for row in rows if row["kind"] == "trusted IP list"}
    assert len(rows) == 3, "the change of the touched list is told with the list"
    assert standings == {"Offices": "too broad", "Touched": "suspicious", "Old": "sound"}
    assert "raise no finding of any type" in rows[0]["says"] and "It is INACTIVE" in rows[2]["says"]
