"""What containment must hold in a simulated account, by real calls of the thief, the siblings and the responder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner

from gdkit.case.evidence import load_table
from gdkit.case.results import load_result
from gdkit.case.verdicts import record_verdict
from gdkit.cli import commands
from gdkit.responding import after
from gdkit.simulator.scenarios.cast import key_of, read_credential
from gdkit.simulator.scenarios.stage import Route
from gdkit.simulator.sessions import isolated_session
from tests.live.worlds import World, investigate, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.case.folder import CaseFolder
    from gdkit.simulator.scenarios.stage import Key

pytestmark = [pytest.mark.xdist_group("containment of a simulated theft"), pytest.mark.usefixtures("unpaced")]

THIEF, SITE = Route("198.51.100.201"), Route("198.51.100.202")
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "cloudtrail": ("stop_logging", {"Name": "organization"}),
    "ec2": ("describe_instances", {}),
    "guardduty": ("list_detectors", {}),
    "iam": ("list_roles", {}),
    "kms": ("list_keys", {}),
    "s3": ("list_buckets", {}),
    "secretsmanager": ("list_secrets", {}),
    "sts": ("assume_role", {}),
}
"""A call of each service that the thief used with the stolen session itself."""

REFUSED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
IN_ORDER = ("deny-session", "describe-instance", "protect-instance", "snapshot-volumes", "instance-profile",
            "isolate-instance", "require-imdsv2", "imds-defaults")  # fmt: skip
"""The steps of the playbook that are not optional."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A staged theft with its case, and everybody who calls."""

    world: World
    case: CaseFolder

    def gdkit(self, *arguments: str) -> Any:
        """Run ``gdkit respond`` in this process, and give its JSON, or its text."""
        ran = CliRunner().invoke(commands, ["respond", "--case", str(self.case.path), *arguments])
        assert ran.exit_code in (0, 3), ran.output + repr(ran.exception)
        return json.loads(ran.output) if "--json" in arguments else ran.output

    def apply(self, *arguments: str) -> dict[str, Any]:
        """Preview a step and apply the plan; what was read back holds."""
        plan: dict[str, Any] = self.gdkit(*arguments, "--json")
        self.gdkit(arguments[0], "--apply", "--plan", plan["hash"])
        done = load_result(self.case)["response"]["applied"][-1]
        assert (done["status"], done["read_back"]) == ("done", "as planned"), done
        return plan

    def key(self, instance_id: str) -> Key:
        """Read an instance's credential from its metadata service, as whoever is on it can."""
        return key_of(read_credential(self.world.simulator.metadata_url(instance_id), "2.0"))

    def outcomes(self, key: Key, route: Route) -> dict[str, str]:
        """Call each service that the thief used, and give what came of it."""
        return {service: self._outcome(service, key, route) for service in ASKED}

    def _outcome(self, service: str, key: Key, route: Route) -> str:
        operation, given = ASKED[service]
        if service == "sts":
            given = {"RoleArn": self.second_role, "RoleSessionName": "chain"}
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        client = isolated_session(*key).create_client(
            service, self.world.staged.region, endpoint_url=self.world.simulator.url, config=config
        )
        client.meta.events.register("before-send", lambda request, **_: request.headers.update(route.headers()))
        try:
            getattr(client, operation)(**given)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "ok"

    @property
    def second_role(self) -> str:
        """The role in the other account that the thief took."""
        events = load_table(self.case, "session_events")
        taken = events[(events["event_name"] == "AssumeRole") & (events["party"] == "thief")]
        return str(json.loads(taken["request_parameters"].iloc[0])["roleArn"])

    @property
    def siblings(self) -> list[str]:
        """The role's other instances."""
        rows = load_result(self.case)["fleet"]
        return [row["instance_id"] for row in rows if row["instance_id"] != self.world.staged.instance_id]

    def role(self) -> Any:
        """Give the role's policies and trust, read past the gateway: text for text."""
        staged = self.world.staged
        iam = self.world.accounts.backend.client("iam", staged.account_id, "us-east-1")
        names = iam.list_role_policies(RoleName=staged.role_name)["PolicyNames"]
        held = {one: json.dumps(iam.get_role_policy(RoleName=staged.role_name, PolicyName=one)["PolicyDocument"])
                for one in names}  # fmt: skip
        found = iam.get_role(RoleName=staged.role_name)["Role"]
        return held, json.dumps(found["AssumeRolePolicyDocument"])

    def host(self) -> Any:
        """Give the instance, read past the gateway, without what changes by itself."""
        staged = self.world.staged
        ec2 = self.world.accounts.backend.client("ec2", staged.account_id, staged.region)
        found = ec2.describe_instances(InstanceIds=[staged.instance_id])["Reservations"][0]["Instances"][0]
        options = {name: value for name, value in found["MetadataOptions"].items() if name != "State"}
        groups = [sorted(each["GroupId"] for each in one["Groups"]) for one in found["NetworkInterfaces"]]
        kept = [one["Ebs"]["DeleteOnTermination"] for one in found["BlockDeviceMappings"]]
        profile = ec2.describe_iam_instance_profile_associations(
            Filters=[{"Name": "instance-id", "Values": [staged.instance_id]}]
        )["IamInstanceProfileAssociations"]
        return options, groups, kept, [one["IamInstanceProfile"]["Arn"] for one in profile], sorted(
            (one["Key"], one["Value"]) for one in found.get("Tags", ()))  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Stage and investigate a theft once; the tests go on one after another."""
    with staged_world("theft", 5) as world:
        made = investigate(world, tmp_path_factory.mktemp("containment") / "case")
        record_verdict(made.case, "malicious", "not ours")
        yield Scene(world, made.case)


def test_every_service_of_the_scenario_is_asked(scene: Scene) -> None:
    """The calls below are of each service that the thief used with the stolen session, no less."""
    events = load_table(scene.case, "session_events")
    mine = events[(events["party"] == "thief") & (events["hop"] == 0)]
    assert {str(one).partition(".")[0] for one in mine["event_source"]} == set(ASKED)


def test_session_deny_holds(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thief is refused everywhere, with the old key and with a new one; siblings go on; the undo is exact."""
    leaked, before = scene.world.staged.instance_id, scene.role()
    stolen, others = scene.key(leaked), [scene.key(one) for one in scene.siblings]
    usual = scene.outcomes(others[0], SITE)
    assert scene.outcomes(stolen, THIEF) == usual
    assert sum(one == "ok" for one in usual.values()) >= 5
    assert len(others) >= 2

    plan = scene.apply("deny-session")
    assert all(check["holds"] for check in plan["checks"] if "SimulatePrincipalPolicy" not in check["what"])
    scene.world.accounts.clock.set(scene.world.accounts.clock.now() + timedelta(minutes=20))
    assert set(scene.outcomes(stolen, THIEF).values()) <= REFUSED
    assert set(scene.outcomes(scene.key(leaked), THIEF).values()) <= REFUSED, "a credential that was fetched after"
    assert [scene.outcomes(one, SITE) for one in others] == [usual] * len(others)

    _looked_at_half_an_hour_later(scene, monkeypatch)
    scene.apply("deny-session", "--undo")
    assert scene.role() == before
    assert scene.outcomes(scene.key(leaked), THIEF) == usual


def _looked_at_half_an_hour_later(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look by CloudTrail, on the simulated clock, whether the Deny works: it does, session by session."""
    clock = scene.world.accounts.clock
    clock.set(clock.now() + timedelta(minutes=20))

    class Simulated(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return clock.now().astimezone(tz)

    with monkeypatch.context() as patch:
        patch.setattr(after, "datetime", Simulated)
        found = scene.gdkit("recheck", "--json")
    assert found["holds"] is True, found
    told = {row["principal_id"].partition(":")[2]: row for row in found["rows"]}
    assert told[scene.world.staged.instance_id]["refused"] >= 2 * len(ASKED)
    assert all(told[one]["holds"] and told[one]["passed"] for one in scene.siblings)


def test_whole_order_and_back(scene: Scene) -> None:
    """Every step of the order that is not optional is applied, the order shows it, and all of it is undone again."""
    role, host = scene.role(), scene.host()
    for step in IN_ORDER:
        scene.apply(step)
    order = {row["name"]: row["state"] for row in scene.gdkit("--json")["rows"]}
    assert {order[step] for step in IN_ORDER[1:]} == {"done"}
    checklist = {row["name"]: row["standing"] for row in scene.gdkit("recovery", "--json")["rows"]}
    assert checklist["evidence"] == "done"
    assert checklist["lift-deny"] == "not yet"
    assert load_result(scene.case)["response"]["checklists"][-1]["lift"] == "not yet"
    for step in reversed(IN_ORDER):
        if step != "describe-instance":
            scene.apply(step, "--undo")
    assert scene.role() == role
    assert scene.host() == host


def test_who_still_answers_imdsv1(scene: Scene) -> None:
    """The role's instances come first, by name; one that requires IMDSv2 is off the list, back by the undo."""
    leaked = scene.world.staged.instance_id
    before = {row["instance_id"]: row for row in scene.gdkit("imds", "--json")["rows"]}
    assert set(scene.siblings) | {leaked} <= {name for name, row in before.items() if row["same_role"]}
    scene.apply("require-imdsv2")
    found = scene.gdkit("imds", "--json")
    assert {row["instance_id"] for row in found["rows"]} == set(before) - {leaked}
    assert found["holds"] is False
    assert any("imds-defaults" in one and scene.world.staged.region in one for one in found["notes"])
    scene.apply("require-imdsv2", "--undo")
