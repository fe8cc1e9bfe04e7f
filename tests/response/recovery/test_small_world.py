"""The checklist in a small simulated world: before anything is done, after the containment, with less permission."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.aws import AwsAccess, ReadOnlyAws, open_read_only
from gdkit.model import utc_text
from gdkit.response.catalogue import STEPS
from gdkit.response.record import applications
from gdkit.response.recovery import role_history
from gdkit.response.recovery.checklist import checklist, known_now
from gdkit.response.recovery.item import Item, LastLook
from gdkit.response.recovery.role_now import READS, read_role
from gdkit.simulator.server import in_environment
from gdkit.trail.record import row_of
from tests.response.desk import Desk, desk_for
from tests.response.recovery.made import credential, result
from tests.simulator.small_world import ACCOUNT, EVERYTHING, REGION, Fleet, SmallWorld, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gdkit.response.record import Application

THINGS = ("iam:GetUser", "iam:ListAccessKeys")
READING = [need.action for need in READS]
LOOKED = LastLook(True, datetime.now(UTC) + timedelta(hours=1))
"""A look after the Deny; the journal has the time of the machine, not that of the world."""


def reader(world: SmallWorld, name: str, actions: Iterable[str]) -> ReadOnlyAws:
    """Log in as an analyst who may do these actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    world.site.role(name, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    json.dumps({"Version": "2012-10-17", "Statement": [statement]}))  # fmt: skip
    issued = world.accounts.role_session(ACCOUNT, name, "ana", 3600)
    with in_environment(world.simulator.environment(issued)):
        return open_read_only(AwsAccess(region=REGION))


@dataclass
class Theft:
    """A theft from one instance of a fleet, and the case about it."""

    world: SmallWorld
    fleet: Fleet
    folder: Path
    thief_event_ids: list[str]
    document: dict[str, Any]
    policy_arn: str = ""

    def desk(self, step: str, **options: str) -> Desk:
        """Give a desk for a step of the case."""
        leaked = self.fleet.instances[0].id
        named = {name.replace("_", "-"): value for name, value in options.items()}
        return desk_for(self.world, STEPS[step], self.folder, options=named, role_name=self.fleet.role,
                        role_id=self.fleet.role_id, role_arn=f"arn:aws:iam::{ACCOUNT}:role/{self.fleet.role}",
                        session_name=leaked, instance_id=leaked)  # fmt: skip

    def applied(self) -> list[Application]:
        """Give what the case's journal knows."""
        return applications(self.desk("require-imdsv2").record)

    def check(self, aws: ReadOnlyAws | None, recheck: LastLook | None = None) -> dict[str, Item]:
        """Give the checklist as it stands now, by the question's name."""
        now = self.world.accounts.clock.now()
        known = known_now(self.document, self.applied(), now, aws, event_rows=self.rows(), recheck=recheck)
        return {one.name: one for one in checklist(known)}

    def rows(self) -> list[dict[str, Any]]:
        """Give the events that the case was made from: those until the theft was found."""
        records = [one for one in self.world.records if one["eventID"] in self.thief_event_ids]
        return [dict(zip(tables.EVENTS.names, row_of(one, json.dumps(one), []), strict=False)) for one in records]


@pytest.fixture(autouse=True)
def _unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the event history at once."""
    monkeypatch.setattr(role_history, "_wait", lambda _: None)


@pytest.fixture
def theft(world: SmallWorld, tmp_path: Path, request: pytest.FixtureRequest) -> Theft:
    """Let a thief attach a policy to the role, overwrite another, and make a user with a key."""
    name = re.sub(r"[^a-z]+", "-", request.node.name.lower())[5:45].strip("-")
    fleet = world.fleet(name)
    admin = world.role_key(f"{name}-admin")
    world.api("iam", admin).put_role_policy(
        RoleName=name, PolicyName="limits", PolicyDocument=policy_of("Allow", "s3:*")
    )
    wide = world.api("iam", admin).create_policy(PolicyName=f"{name}-wide", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    world.go_on(hours=1)
    began, since = world.accounts.clock.now(), len(world.records)
    thief = world.api("iam", world.stolen(fleet.instances[0], "1.0"))
    thief.attach_role_policy(RoleName=name, PolicyArn=wide)
    thief.put_role_policy(RoleName=name, PolicyName="limits", PolicyDocument=EVERYTHING)
    thief.create_user(UserName=f"{name}-u")
    key = thief.create_access_key(UserName=f"{name}-u")["AccessKey"]["AccessKeyId"]
    ids = [one["eventID"] for one in world.records[since:]]
    world.go_on(minutes=30)
    left = [("user", f"{name}-u", None), ("access_key", key, f"{name}-u")]
    return Theft(world, fleet, tmp_path / "case", ids, _document(fleet, began, ids, left), wide)


def _document(fleet: Fleet, began: Any, ids: list[str], left: list[tuple[str, str, str | None]]) -> dict[str, Any]:
    leaked = fleet.instances[0].id
    session = {"principal_id": fleet.principal_id(0), "role_id": fleet.role_id, "role_name": fleet.role,
               "role_arn": f"arn:aws:iam::{ACCOUNT}:role/{fleet.role}", "session_name": leaked,
               "instance_id": leaked, "account_id": ACCOUNT}  # fmt: skip
    persistence = [{"kind": kind, "id": thing, "parent_id": within, "account_id": ACCOUNT, "region": "us-east-1"}
                   for kind, thing, within in left]  # fmt: skip
    things = [{"state": "not checked", "kind": kind, "id": thing, "within": within, "account_id": ACCOUNT,
               "region": None, "party": "thief", "why": "not asked", "detail": "made it", "event_ids": ids}
              for kind, thing, within in left]  # fmt: skip
    instances = [{"instance_id": one.id, "leaked": one.id == leaked, "account_id": ACCOUNT, "region": REGION}
                 for one in fleet.instances]  # fmt: skip
    ends = credential(principal=fleet.principal_id(0), alive_until=utc_text(began), certainty="known")
    return result(session=session, impact={"still_exists": things, "persistence": persistence}, fleet=instances,
                  events={"thief_event_ids": ids, "unknown_event_ids": []}, credentials={"rows": [ends]},
                  timeline=[{"kind": "first use", "at": utc_text(began)}])  # fmt: skip


def contain(theft: Theft) -> None:
    """Do all that the checklist asks for: by steps of gdkit where there are some, else as an administrator."""
    name = theft.fleet.role
    for desk in (theft.desk("deny-session"), theft.desk("deny-user", user=f"{name}-u"),
                 theft.desk("disable-key", user=f"{name}-u", key=theft.document["impact"]["persistence"][1]["id"]),
                 theft.desk("detach-policy", kind="role", name=name, policy_arn=theft.policy_arn),
                 theft.desk("require-imdsv2")):  # fmt: skip
        assert desk.apply(desk.preview()).verified
    world = theft.world
    world.api("iam").put_role_policy(RoleName=name, PolicyName="limits", PolicyDocument=policy_of("Allow", "s3:*"))
    ec2 = world.api("ec2")
    ec2.modify_instance_metadata_options(InstanceId=theft.fleet.instances[1].id, HttpTokens="required")
    ec2.terminate_instances(InstanceIds=[theft.fleet.instances[0].id])
    world.go_on(minutes=30)


def test_before_and_after(world: SmallWorld, theft: Theft) -> None:
    """Before, each question tells what is open by what AWS shows; after the containment only evidence is missing."""
    aws = reader(world, "recovery-reader", [*READING, *THINGS, "iam:ListUserPolicies", "iam:GetUserPolicy"])
    number = len(world.records)
    before = theft.check(aws)
    assert all(record["readOnly"] for record in world.records[number:]), "a check only reads"
    assert {name: one.standing for name, one in before.items()} == {
        "containment": "not yet", "credential": "done", "root-cause": "not yet", "role": "not yet", "grown": "not yet",
        "evidence": "not yet", "instance": "not yet", "lift-deny": "unknown"}  # fmt: skip
    assert f"attached policy {theft.policy_arn}: differs" in before["role"].seen
    assert "inline policy limits: differs" in before["role"].seen
    contain(theft)
    after = theft.check(aws, LOOKED)
    assert {name: one.standing for name, one in after.items()} == {
        "containment": "done", "credential": "done", "root-cause": "done", "role": "done", "grown": "done",
        "evidence": "not yet", "instance": "done", "lift-deny": "not yet"}  # fmt: skip
    assert "gdkit-deny-sessions" in after["role"].seen and "2 contained" in after["grown"].seen
    assert "in the way: evidence" in after["lift-deny"].seen


def test_undone_by_others(world: SmallWorld, theft: Theft) -> None:
    """What somebody takes away again after it was applied stands in the way again."""
    aws = reader(world, "recovery-again", [*READING, *THINGS, "iam:ListUserPolicies", "iam:GetUserPolicy"])
    contain(theft)
    iam, name = world.api("iam"), theft.fleet.role
    iam.update_access_key(UserName=f"{name}-u", AccessKeyId=theft.document["impact"]["persistence"][1]["id"],
                          Status="Active")  # fmt: skip
    iam.delete_role_policy(RoleName=name, PolicyName="gdkit-deny-sessions")
    found = theft.check(aws, LOOKED)
    assert (found["containment"].standing, found["grown"].standing) == ("not yet", "not yet")
    assert "access_key" in found["grown"].seen and "deny-session" in found["containment"].seen


@pytest.mark.parametrize(
    ("lacking", "question", "words"),
    [
        ("ec2:DescribeInstances", "root-cause", "ec2:DescribeInstances"),
        ("iam:GetRole", "role", "iam:GetRole"),
        ("iam:ListAttachedRolePolicies", "role", "iam:ListAttachedRolePolicies"),
        ("cloudtrail:LookupEvents", "role", "cloudtrail:LookupEvents"),
        ("iam:GetUser", "grown", "iam:GetUser"),
    ],
)
def test_lacks(world: SmallWorld, theft: Theft, lacking: str, question: str, words: str) -> None:
    """A missing permission makes the question unknown, or less known, and is named; nothing is raised."""
    aws = reader(world, f"without-{lacking.replace(':', '-')}", [one for one in (*READING, *THINGS) if one != lacking])
    if question == "grown":
        theft = replace(theft, document=_only(theft.document, "user"))
    elif lacking == "cloudtrail:LookupEvents":
        contain(theft)
    item = theft.check(aws, LOOKED)[question]
    assert item.standing == "unknown"
    assert words in item.seen


def _only(document: dict[str, Any], kind: str) -> dict[str, Any]:
    impact = document["impact"]
    kept = {name: [row for row in impact[name] if row["kind"] == kind] for name in ("still_exists", "persistence")}
    return {**document, "impact": {**impact, **kept}}


def test_a_role_as_iam_holds_it(world: SmallWorld, theft: Theft) -> None:
    """A role is read with its trust, its inline policies and the attached ones in their version."""
    role = read_role(reader(world, "recovery-role", READING), ACCOUNT, theft.fleet.role)
    assert role.id == theft.fleet.role_id and role.boundary is None
    assert role.inline["limits"] == json.loads(EVERYTHING) and role.attached == {theft.policy_arn: "v1"}
    assert role.trust["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_without_access(theft: Theft) -> None:
    """Without AWS the case's own events still show the thief's changes, and everything live is unknown."""
    found = theft.check(None)
    assert found["role"].standing == "unknown" and f"attached policy {theft.policy_arn}: unknown" in found["role"].seen
    assert {found[name].standing for name in ("root-cause", "grown", "instance")} == {"unknown"}


def test_changes_by_others_are_found(world: SmallWorld, theft: Theft) -> None:
    """A change by somebody whose calls are not in the case is found in the event history, and asked about."""
    aws = reader(world, "recovery-others", READING)
    world.api("iam").update_assume_role_policy(RoleName=theft.fleet.role, PolicyDocument=_opened())
    world.go_on(minutes=30)
    assert "trust policy: unknown" in theft.check(aws)["role"].seen


def test_a_history_that_is_too_long(world: SmallWorld, theft: Theft, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more events than are read, that is said and the answer stays open."""
    monkeypatch.setattr(role_history, "MOST_PAGES", 1)
    aws = reader(world, "recovery-long", READING)
    number = len(world.records)
    for _ in range(51):
        world.api("iam").put_role_policy(RoleName=theft.fleet.role, PolicyName="x", PolicyDocument=EVERYTHING)
    world.go_on(minutes=30)
    assert len(world.records) > number + 50
    assert "more than 50 calls PutRolePolicy" in theft.check(aws)["role"].seen


def _opened() -> str:
    trusted = {"Service": "ec2.amazonaws.com", "AWS": "arn:aws:iam::444455556666:root"}
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_an_instance_that_aws_lists_no_more(world: SmallWorld, theft: Theft) -> None:
    """An instance that AWS lists no more can run no more; its siblings are still looked at."""
    gone = "i-0aaaaaaaaaaaaaaaa"
    fleet = [{**row, "instance_id": gone} if row["leaked"] else row for row in theft.document["fleet"]]
    document = {**theft.document, "fleet": fleet, "session": {**theft.document["session"], "instance_id": gone}}
    found = replace(theft, document=document).check(reader(world, "recovery-gone", READING))
    assert (found["instance"].standing, found["instance"].seen) == ("done", f"{gone}: AWS lists it no more")
    assert theft.fleet.instances[1].id in found["root-cause"].seen
