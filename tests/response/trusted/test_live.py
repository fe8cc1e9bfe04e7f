"""The whole way of a trusted address: a leaked credential, a rule, and what the detection then shows and hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.trusted.archive_findings import STEP as ARCHIVE
from gdkit.response.trusted.suppression_rule import STEP as RULE
from gdkit.simulator.guardduty.detector import DELAY_S
from gdkit.simulator.guardduty.state import Organization
from gdkit.simulator.scenarios.stage import Route
from gdkit.simulator.world import Place
from tests.response.trusted import office
from tests.response.trusted.office import LABELS
from tests.simulator.small_world import ACCOUNT, OTHER, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.response.desk import Desk
    from tests.simulator.small_world import Fleet, SmallWorld

OFFICE, THIEF = "198.51.100.77", "198.51.100.99"


@pytest.fixture
def watched(world: SmallWorld) -> SmallWorld:
    """Give the world with a detector, and networks outside AWS."""
    office.detector_of(world)
    world.accounts.world.add("198.51.100.0/24", Place("64500", "EXAMPLE", "Iceland", "IS", "Reykjavik", 64.1, -21.9))
    return world


def used(world: SmallWorld, fleet: Fleet, number: int, address: str) -> dict[str, Any]:
    """Use an instance's credential at an address, wait for the finding, and give it."""
    before = set(ids(world))
    world.api("sts", world.stolen(fleet.instances[number]), route=Route(address)).get_caller_identity()
    world.go_on(seconds=DELAY_S + 60)
    (new,) = set(ids(world)) - before
    return office.shown(world, new)


def ids(world: SmallWorld) -> list[str]:
    """Give the ids of all findings."""
    found: list[str] = office.do(world, "ListFindings")["FindingIds"]
    return found


def told(world: SmallWorld, folder: Path, finding: dict[str, Any], **options: str) -> Desk:
    """Give a desk about a finding, as of now."""
    role = finding["Resource"]["AccessKeyDetails"]["UserName"]
    desk = office.trusted_desk(world, RULE, folder, finding_id=finding["Id"], role=role, **LABELS, **options)
    return replace(desk, target=replace(desk.target, at=world.accounts.clock.now().replace(microsecond=0)))


def test_rule_hides_its_own_and_no_other(watched: SmallWorld, tmp_path: Path) -> None:
    """Counted first, then archiving, the rule hides the next finding of that role and address and no other one."""
    world = watched
    one, two = world.fleet("live-one"), world.fleet("live-two")
    first = used(world, one, 0, OFFICE)
    counting = told(world, tmp_path / "noop", first, address=OFFICE)
    assert counting.apply(counting.preview()).verified
    assert used(world, one, 1, OFFICE)["Service"]["Archived"] is False, "a rule that counts hides nothing"
    archiving = told(world, tmp_path / "archive", first, address=OFFICE, action="ARCHIVE", update="yes")
    plan = archiving.preview()
    assert [check.holds for check in plan.checks] == [True, True, True]
    assert "CloudWatch counted 1, and 1 findings" in plan.checks[-1].found
    assert archiving.apply(plan).verified
    assert used(world, one, 0, THIEF)["Service"]["Archived"] is False, "another address"
    assert used(world, two, 0, OFFICE)["Service"]["Archived"] is False, "another role"
    office.do(world, "ArchiveFindings", FindingIds=[first["Id"]])
    assert used(world, one, 0, OFFICE)["Service"]["Archived"] is True, "the same role and address"
    assert archiving.apply(archiving.preview_undo()).verified
    office.do(world, "ArchiveFindings", FindingIds=ids(world))
    assert used(world, one, 0, OFFICE)["Service"]["Archived"] is False, "the rule only counts again"


def test_rule_of_another_role_stands_beside(watched: SmallWorld, tmp_path: Path) -> None:
    """A second role at the same address gets a rule of its own, and the first one's stays as it is."""
    fleet = watched.fleet("live-three")
    before = office.rules(watched)
    desk = told(watched, tmp_path / "case", used(watched, fleet, 0, OFFICE), address=OFFICE)
    desk.apply(desk.preview())
    assert {call["operation"] for call in desk.journal("respond: call")} == {"CreateFilter"}
    after = office.rules(watched)
    assert len(after) == len(before) + 1
    assert {name: {**rule, "Rank": 0} for name, rule in after.items() if name in before} == {
        name: {**rule, "Rank": 0} for name, rule in before.items()
    }


@pytest.fixture
def organized(watched: SmallWorld) -> Iterator[SmallWorld]:
    """Give the world with the first account a member of the other's."""
    office.detector_of(watched, OTHER)
    watched.accounts.guardduty.set_organization(Organization(OTHER, {ACCOUNT: "a@example.org"}))
    yield watched
    watched.accounts.guardduty.set_organization(None)


@pytest.mark.parametrize("step", [RULE, ARCHIVE], ids=lambda step: step.name)
def test_member_is_refused_with_its_administrator(organized: SmallWorld, tmp_path: Path, step: Any) -> None:
    """In a member account the step stops before any plan, names the administrator and says how to go on."""
    options = {"address": OFFICE, **LABELS} if step is RULE else {}
    desk = office.trusted_desk(organized, step, tmp_path / "case", finding_id="0" * 32, **options)
    number = len(organized.records)
    with pytest.raises(ResponseError, match=f"only its administrator, account {OTHER}") as refused:
        desk.preview()
    assert f"role of account {OTHER}" in refused.value.action and "--profile" in refused.value.action
    assert desk.written_since(number) == []


def test_administrator_works_for_its_member(organized: SmallWorld, tmp_path: Path) -> None:
    """A reader of the administrator's account plans on its own detector, and for that member alone."""
    from gdkit.aws import AwsAccess, open_read_only
    from gdkit.errors import AwsError
    from gdkit.response import engine
    from gdkit.simulator.server import in_environment
    from tests.simulator.small_world import policy_of

    reads = {need.action for need in RULE.needs if not need.writes}

    def reader(without: str = "") -> Any:
        actions = sorted(reads - {without})
        document = policy_of("Allow", "*").replace('"*"', str(actions).replace("'", '"'), 1)
        name = f"admin-{without.partition(':')[2] or 'all'}"
        organized.other.role(name, {"AWS": f"arn:aws:iam::{OTHER}:root"}, document)
        issued = organized.accounts.role_session(OTHER, name, "ana", 3600)
        with in_environment(organized.simulator.environment(issued)):
            return open_read_only(AwsAccess(region=REGION))

    finding = office.add(organized, role="member-role")
    desk = office.trusted_desk(organized, RULE, tmp_path / "case", role="member-role", finding_id=finding,
                               address=office.ADDRESS, **LABELS)  # fmt: skip
    at = organized.accounts.clock.now() + timedelta(minutes=1)
    target = replace(desk.target, at=at.replace(microsecond=0))
    plan = engine.preview(RULE, target, reader(), desk.record)
    assert plan.before["account"] == OTHER
    assert {action.account_id for action in plan.actions} == {OTHER}
    assert plan.after["rule"]["criteria"]["Criterion"]["accountId"] == {"Equals": [ACCOUNT]}
    assert plan.checks[1].holds is True, "the member's finding is seen from the administrator's detector"
    with pytest.raises(AwsError) as refused:
        engine.preview(RULE, target, reader("guardduty:ListMembers"), desk.record)
    assert refused.value.permission == "guardduty:ListMembers"


def test_no_detector(watched: SmallWorld, tmp_path: Path) -> None:
    """Without a detector in the finding's region the step says so."""
    desk = office.trusted_desk(watched, RULE, tmp_path / "case", address=OFFICE, **LABELS)
    desk = replace(desk, target=replace(desk.target, finding_region="us-west-2"))
    with pytest.raises(ResponseError, match="no detector in us-west-2"):
        desk.preview()
