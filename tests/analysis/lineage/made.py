"""Records of a thief who makes, changes and uses things, for tests of the lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.analysis.records import ACCOUNT, INSTANCE, NAT, THIEF, THIEF_CLIENT, agent, identity, record

if TYPE_CHECKING:
    from gdkit.analysis.lineage import Lineage

ELSEWHERE = "203.0.113.200"
AGENTS = (agent(1), agent(15))
NEW_INSTANCE = "i-0fedcba9876543210"
USER_KEY = "AKIAEXAMPLE000000009"
WORKLOADS_CLIENT = "Boto3/1.40 os/linux#6.1 lang/python#3.11"
PASSED = f"arn:aws:iam::{ACCOUNT}:role/service-role/passed"


def made(minute: int, service: str, name: str, asked: dict[str, Any] | None = None, given: Any = None,
         **fields: Any) -> dict[str, Any]:  # fmt: skip
    """Give a call of the thief that makes or changes something."""
    fields = {"requestParameters": asked, "responseElements": given, **fields}
    return record(minute, fields.pop("address", THIEF), THIEF_CLIENT, name=name, service=service, **fields)


def create_user(minute: int, name: str = "backdoor", **fields: Any) -> dict[str, Any]:
    """Give a CreateUser of the thief."""
    given = {"user": {"userName": name, "userId": f"AIDAEXAMPLE{name.upper()}", "arn": f"arn:aws:iam::1:user/{name}"}}
    return made(minute, "iam", "CreateUser", {"userName": name}, given, **fields)


def create_role(minute: int, name: str = "backdoor-role", **fields: Any) -> dict[str, Any]:
    """Give a CreateRole of the thief."""
    given = {"role": {"roleName": name, "roleId": "AROAEXAMPLEBACKDOOR1"}}
    return made(minute, "iam", "CreateRole", {"roleName": name}, given, **fields)


def user(name: str = "backdoor", key: str | None = USER_KEY, account: str = ACCOUNT) -> dict[str, Any]:
    """Give the userIdentity of an IAM user."""
    who = {"type": "IAMUser", "principalId": f"AIDAEXAMPLE{name.upper()}", "accountId": account, "userName": name,
           "arn": f"arn:aws:iam::{account}:user/{name}"}  # fmt: skip
    return who | ({"accessKeyId": key} if key else {})


def by_user(minute: int, name: str = "backdoor", key: str | None = USER_KEY, address: str = ELSEWHERE,
            **fields: Any) -> dict[str, Any]:  # fmt: skip
    """Give a call of an IAM user."""
    return record(minute, address, "x", who=user(name, key), **fields)


def sign_in(minute: int, who: dict[str, Any], address: str = ELSEWHERE, *, result: str = "Success") -> dict[str, Any]:
    """Give a ConsoleLogin."""
    return record(minute, address, "Mozilla/5.0", name="ConsoleLogin", service="signin", who=who,
                  eventType="AwsConsoleSignIn", responseElements={"ConsoleLogin": result})  # fmt: skip


def session(minute: int, name: str, *, key: str = "ASIAEXAMPLECARRIED01", role: str = "passed",
            role_id: str = "AROAEXAMPLEPASSED001", address: str = ELSEWHERE,
            **fields: Any) -> dict[str, Any]:  # fmt: skip
    """Give a call of a role's session of some name."""
    who = identity(key, name=name, role=role, role_id=role_id)
    return record(minute, address, "x", who=who, **fields)


def by_service(minute: int, service: str, role_arn: str, new_key: str, name: str = "given") -> dict[str, Any]:
    """Give a service's own AssumeRole."""
    host = f"{service}.amazonaws.com"
    given = {"credentials": {"accessKeyId": new_key}, "assumedRoleUser": {"assumedRoleId": f"AROAEXAMPLEX:{name}"}}
    return record(minute, host, host, name="AssumeRole", service="sts", who={"type": "AWSService", "invokedBy": host},
                  requestParameters={"roleArn": role_arn, "roleSessionName": name}, responseElements=given)  # fmt: skip


def workload(minute: int, *, name: str = "DescribeInstances", **fields: Any) -> dict[str, Any]:
    """Give a call of the instance's own software, from its way out."""
    return record(minute, NAT, WORKLOADS_CLIENT, name=name, **fields)


def arrows(lineage: Lineage) -> list[tuple[str, str, str, str | None]]:
    """Give from, call, to and error of every edge but the first uses of the session's own keys."""
    frame = lineage.edges
    rows = frame[frame["kind"] != "first use"]
    values = rows[["from", "kind", "to", "error_code"]].itertuples(index=False, name=None)
    return [(a, b, c, None if d != d else d) for a, b, c, d in values]  # noqa: PLR0124


def kinds(lineage: Lineage) -> dict[str, str]:
    """Give the kind of each node by its id."""
    return dict(zip(lineage.nodes["id"], lineage.nodes["kind"], strict=True))


def root() -> str:
    """Give the id of the leaked instance's node."""
    return INSTANCE
