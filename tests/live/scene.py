"""A staged theft with its case, and everybody who calls: the thief, the siblings, the responder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner

from gdkit.case.evidence import load_table
from gdkit.case.results import load_result
from gdkit.cli import commands
from gdkit.simulator.scenarios.cast import key_of, read_credential
from gdkit.simulator.scenarios.stage import Route
from gdkit.simulator.sessions import isolated_session

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder
    from gdkit.simulator.scenarios.stage import Key
    from tests.live.worlds import World

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
