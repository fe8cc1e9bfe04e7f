"""The suppression rule: narrow, counted first, labelled, and gone or as before when it is undone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response import engine
from gdkit.response.trusted.suppression_rule import STEP, rule_name
from gdkit.response.trusted.tried_first import WHAT
from tests.findings import samples as s
from tests.response import conformance
from tests.response.trusted import office
from tests.response.trusted.office import ADDRESS, LABELS, NETWORK
from tests.simulator.small_world import ACCOUNT, START

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.response.step import Check
    from tests.response.desk import Desk
    from tests.simulator.small_world import SmallWorld

READS = sorted(need.action for need in STEP.needs if not need.writes and need.action != "guardduty:ListMembers")


@pytest.fixture
def desk(world: SmallWorld, tmp_path: Path) -> Desk:
    """Give a desk that makes a rule for an address."""
    return at_desk(world, tmp_path)


def at_desk(world: SmallWorld, folder: Path, **options: str) -> Desk:
    """Give a desk with a clean detector: no filter is there."""
    made = office.trusted_desk(world, STEP, folder / "case", **{"address": ADDRESS, **LABELS, **options})
    for name in office.rules(world):
        office.do(world, "DeleteFilter", FilterName=name)
    return made


def existing(desk: Desk, **changes: Any) -> str:
    """Make a rule of the desk's name that somebody else has made, and give its name."""
    name = rule_name(desk.target)
    given = {"Action": "ARCHIVE", "Description": "by hand", "Tags": {"team": "net", "gdkit:owner": "somebody"},
             "FindingCriteria": {"Criterion": {"type": {"Eq": ["Recon:EC2/Portscan"]}}}, **changes}  # fmt: skip
    office.do(desk.world, "CreateFilter", Name=name, **given)
    return name


def later(desk: Desk, folder: str = "again", **options: str) -> Desk:
    """Give the desk as it is an hour later, told more, with a case of its own."""
    now = desk.world.accounts.clock.now() + timedelta(hours=1)
    desk.world.accounts.clock.set(now)
    told = desk.told(**{name.replace("-", "_"): value for name, value in {**desk.target.options, **options}.items()})
    return replace(told, target=replace(told.target, at=now), folder=desk.folder.parent / folder)


def check(checks: tuple[Check, ...], what: str) -> Check:
    """Give the one check that asks this."""
    return next(one for one in checks if what in one.what)


def test_conformance(desk: Desk) -> None:
    """The rule is previewed by reading, made, verified, and deleted again to the byte."""
    conformance.holds_preview(desk, lambda: office.rules(desk.world))
    conformance.holds_apply_and_undo(desk, lambda: office.rules(desk.world))


def test_conformance_of_a_change(world: SmallWorld, tmp_path: Path) -> None:
    """A rule of others that was changed as told gets action, criteria, words and tags back to the byte."""
    desk = at_desk(world, tmp_path, update="yes")
    existing(desk)
    conformance.holds_preview(desk, lambda: office.rules(desk.world))
    conformance.holds_apply_and_undo(desk, lambda: office.rules(desk.world))


@pytest.mark.parametrize("operation", ["CreateFilter", "UpdateFilter"])
def test_changed_ground(world: SmallWorld, tmp_path: Path, operation: str) -> None:
    """Somebody who makes or changes a rule of that name after the preview makes the plan void."""
    desk = at_desk(world, tmp_path, update="yes")
    if operation == "CreateFilter":
        conformance.holds_changed_ground(desk, lambda: existing(desk))
    else:
        name = existing(desk)
        conformance.holds_changed_ground(
            desk, lambda: office.do(world, "UpdateFilter", FilterName=name, Description="mine")
        )


def test_new_finding_that_changes_the_back_test(desk: Desk) -> None:
    """A finding judged malicious that the rule would hide, and comes after the preview, makes the plan void."""
    made = office.add(desk.world)
    conformance.holds_changed_ground(
        desk, lambda: office.do(desk.world, "UpdateFindingsFeedback", FindingIds=[made], Feedback="USEFUL")
    )
    office.do(desk.world, "UpdateFindingsFeedback", FindingIds=[made], Feedback="NOT_USEFUL")


@pytest.mark.parametrize("action", ["guardduty:CreateFilter"])
def test_missing_permission(desk: Desk, action: str) -> None:
    """The call that makes the rule and is not allowed is named."""
    conformance.holds_missing_permission(desk, action)


@pytest.mark.parametrize("action", ["guardduty:UpdateFilter", "guardduty:TagResource"])
def test_missing_permission_of_a_change(world: SmallWorld, tmp_path: Path, action: str) -> None:
    """Each call that changes a rule and is not allowed is named."""
    desk = at_desk(world, tmp_path, update="yes")
    existing(desk)
    conformance.holds_missing_permission(desk, action)


@pytest.mark.parametrize("action", ["guardduty:DeleteFilter", "guardduty:UntagResource"])
def test_missing_permission_of_an_undo(world: SmallWorld, tmp_path: Path, action: str) -> None:
    """Each call of an undo that is not allowed is named."""
    desk = at_desk(world, tmp_path, update="yes")
    if action == "guardduty:UntagResource":
        existing(desk)
    desk.apply(desk.preview())
    with pytest.raises(engine.AwsError) as refused:
        desk.apply(desk.preview_undo(), without=[action])
    assert refused.value.permission == action


@pytest.mark.parametrize("action", [action for action in READS if not action.startswith("cloudwatch")])
def test_missing_reading(world: SmallWorld, tmp_path: Path, action: str) -> None:
    """Each reading that the analyst may not make is named."""
    desk = at_desk(world, tmp_path, update="yes")
    existing(desk)
    office.add(world)
    conformance.holds_missing_reading(desk, action)


def test_throttled(desk: Desk) -> None:
    """A busy service is asked again."""
    conformance.holds_throttling(desk)


@pytest.mark.parametrize("there", [False, True])
def test_killed(world: SmallWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """A process killed after any call is settled by the next, and undone, whether a rule was there or not."""
    desk = at_desk(world, tmp_path, update="yes")
    if there:
        existing(desk)
    conformance.holds_kill(desk, monkeypatch, lambda: office.rules(world))


def test_rule_is_the_narrowest(desk: Desk) -> None:
    """The rule names type, account, role and address, counts unless told, has no rank and four labels."""
    (call,) = desk.preview().actions
    given = dict(call.parameters)
    equals = {path: asked["Equals"] for path, asked in given["FindingCriteria"]["Criterion"].items()}
    assert equals == {
        "type": [s.OUTSIDE], "accountId": [ACCOUNT], "resource.accessKeyDetails.userName": ["app"],
        "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4": [ADDRESS],
    }  # fmt: skip
    assert (given["Action"], "Rank" in given) == ("NOOP", False)
    assert given["Name"].startswith(f"gdkit-case-1-{ADDRESS}-")
    assert given["Tags"] == {"gdkit:owner": "Network team", "gdkit:reason": "Egress of the office",
                             "gdkit:expires": "2027-01-31", "gdkit:case": "case-1"}  # fmt: skip


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("expires", "2026-11-02", "no day after 2026-11-02"),
        ("expires", "2027-05-02", "up to 2027-05-01"),
        ("expires", "20270131", "write it as YYYY-MM-DD"),
        ("owner", "<b>", "a tag cannot hold '< >'"),
        ("reason", "x" * 257, "256 characters"),
        ("address", "0.0.0.0/0", "too wide"),
        ("address", "203.0.113.7/24", "no address and no network"),
        ("address", "*", "no address"),
        ("address", "", "say what is trusted"),
        ("remote-account", "444455556666", "not of type InsideAWS"),
        ("role", "app*", "no name of a role"),
        ("name", "a b", "no name of a filter"),
    ],
)
def test_refused_options(desk: Desk, option: str, value: str, words: str) -> None:
    """What would be too broad, without end or no tag is refused before anything is planned."""
    with pytest.raises(ResponseError, match=words.replace("(", r"\(")):
        desk.told(**{**{"address": ADDRESS}, **LABELS, option.replace("-", "_"): value}).preview()


def test_remote_account(world: SmallWorld, tmp_path: Path) -> None:
    """For a finding of use inside AWS the rule can name the remote account in place of an address."""
    told = {**LABELS, "remote-account": s.OTHER_ACCOUNT}
    desk = office.trusted_desk(world, STEP, tmp_path / "case", finding_type=s.INSIDE, **told)
    criterion = desk.preview().after["rule"]["criteria"]["Criterion"]
    path = "service.action.awsApiCallAction.remoteAccountDetails.accountId"
    assert criterion[path] == {"Equals": [s.OTHER_ACCOUNT]}
    assert criterion["type"] == {"Equals": [s.INSIDE]}


def test_existing_rule_is_shown_and_left(desk: Desk) -> None:
    """A rule of that name that is another one is shown, and not changed unless told."""
    existing(desk)
    with pytest.raises(ResponseError, match="Portscan") as refused:
        desk.preview()
    assert "update=yes" in refused.value.action


def test_most_filters(desk: Desk) -> None:
    """The hundredth filter is the last; then the step says so instead of failing halfway."""
    for number in range(100):
        criteria = {"Criterion": {"type": {"Equals": ["Recon:EC2/Portscan"]}}}
        office.do(desk.world, "CreateFilter", Name=f"other-{number}", FindingCriteria=criteria)
    with pytest.raises(ResponseError, match="100 filters"):
        desk.preview()


def test_back_test_of_a_preview(desk: Desk) -> None:
    """The preview tells how many findings of 90 days it would have hidden, and which were judged malicious."""
    ours, bad = office.add(desk.world, role="tested"), office.add(desk.world, role="tested")
    office.add(desk.world, role="tested", address=office.OTHER_ADDRESS)
    told = replace(desk, target=replace(desk.target, role_name="tested", finding_id=ours, at=START + timedelta(days=9)))
    told = told.told(address=ADDRESS, malicious=f"{bad}, unknown", **LABELS)
    plan = told.preview()
    judged = check(plan.checks, "judged malicious")
    assert judged.holds is False and bad in judged.found
    assert f"by address: {ADDRESS} 2" in judged.found and "1 of them judged malicious" in judged.found
    assert check(plan.checks, "this case").holds is True
    elsewhere = told.told(address="203.0.113.99", **LABELS).preview()
    assert check(elsewhere.checks, "judged malicious").holds is True
    assert check(elsewhere.checks, "this case").holds is False


def test_archive_wants_a_count(desk: Desk) -> None:
    """Archiving without counting, with nothing counted, and after an agreeing count are told apart."""
    first = later(desk, action="ARCHIVE")
    assert check(first.preview().checks, WHAT).holds is False
    counting = later(desk, "noop")
    counting.apply(counting.preview())
    archiving = later(desk, "archive", action="ARCHIVE", update="yes")
    none = check(archiving.preview().checks, WHAT)
    assert none.holds is None and "nothing is proven" in none.found
    counting.world.go_on(minutes=5)
    office.add(desk.world)
    plan = later(desk, "archive", action="ARCHIVE", update="yes").preview()
    agreed = check(plan.checks, WHAT)
    assert agreed.holds is True and "CloudWatch counted 1, and 1 findings" in agreed.found
    assert [action.operation for action in plan.actions] == ["UpdateFilter"]


def test_count_of_other_criteria_counts_for_nothing(desk: Desk) -> None:
    """What a rule counted by other criteria does not speak for these."""
    existing(desk, Action="NOOP")
    plan = later(desk, action="ARCHIVE", update="yes").preview()
    assert check(plan.checks, WHAT).holds is False
    assert "other criteria" in check(plan.checks, WHAT).found


def test_missing_reading_of_the_count(desk: Desk) -> None:
    """The count cannot be left out for want of a permission."""
    desk.apply(desk.preview())
    conformance.holds_missing_reading(later(desk, action="ARCHIVE", update="yes"), "cloudwatch:GetMetricStatistics")


def test_network_is_said_to_be_unverified(world: SmallWorld, tmp_path: Path) -> None:
    """A network is taken for its addresses in the back-test, and the plan says that AWS may not do so."""
    office.add(world)
    desk = later(at_desk(world, tmp_path, address=NETWORK))
    plan = desk.preview()
    assert check(plan.checks, "takes the network").holds is None
    assert "unverified" in check(plan.checks, "judged malicious").found
    assert any("NOOP first" in effect.what for effect in plan.effects)
    counting = later(desk, "noop")
    counting.apply(counting.preview())
    office.add(world)
    archiving = later(desk, "archive", action="ARCHIVE", update="yes").preview()
    assert check(archiving.checks, WHAT).holds is False, "the simulated GuardDuty takes no network for its addresses"


def test_effects_name_what_is_hidden(world: SmallWorld, tmp_path: Path) -> None:
    """An archiving rule says which findings reach nobody any more, and that nothing ends it."""
    desk = at_desk(world, tmp_path, action="ARCHIVE")
    said = " ".join(effect.what for effect in desk.preview().effects)
    for words in ("app", ADDRESS, ACCOUNT, "Security Hub", "EventBridge", "S3", "Detective", "2027-01-31"):
        assert words in said
    assert "trusted IP list" in STEP.explanation.leaves_open


def test_undo_leaves_what_others_changed(desk: Desk) -> None:
    """A rule that somebody changed since is not deleted by an undo, and one that is gone is not made again."""
    desk.apply(desk.preview())
    name = rule_name(desk.target)
    office.do(desk.world, "UpdateFilter", FilterName=name, Description="ours now")
    undo = desk.preview_undo()
    assert undo.actions == () and "changed by somebody else" in undo.left[0]
    office.do(desk.world, "DeleteFilter", FilterName=name)
    assert desk.preview_undo().nothing_to_do


def test_undo_of_a_change_takes_criteria_whole(world: SmallWorld, tmp_path: Path) -> None:
    """Criteria that somebody changed since are never mixed with older ones; the action still goes back."""
    desk = at_desk(world, tmp_path, update="yes")
    name = existing(desk)
    desk.apply(desk.preview())
    theirs = {"Criterion": {"id": {"Equals": ["0" * 32]}}}
    office.do(world, "UpdateFilter", FilterName=name, FindingCriteria=theirs)
    undo = desk.preview_undo()
    assert undo.after["rule"]["criteria"] == theirs
    assert undo.after["rule"]["action"] == "ARCHIVE"
    assert any("criteria" in words for words in undo.left)


def test_names(desk: Desk) -> None:
    """The same criteria have the same name, another role or address another, and none is too long."""
    plain = rule_name(desk.target)
    assert rule_name(desk.told(address=ADDRESS, **{**LABELS, "owner": "Others"}, action="ARCHIVE").target) == plain
    longest = "2001:db8:1111:2222:3333:4444:5555:6666/127"
    wide = replace(desk.target, case_id="c" * 32)
    names = {rule_name(replace(desk.told(address=address, **LABELS).target, role_name=role, case_id=wide.case_id))
             for address in (ADDRESS, longest) for role in ("app", "batch")}  # fmt: skip
    assert len(names) == 4 and max(map(len, names)) <= 64
    assert rule_name(desk.told(address=ADDRESS, name="mine", **LABELS).target) == "mine"


def test_plan_is_json(desk: Desk) -> None:
    """The plan can be kept and read again with the same hash."""
    from gdkit.response.plan import plan_document, read_plan

    plan = desk.preview()
    assert read_plan(json.loads(json.dumps(plan_document(plan)))).hash == plan.hash
