"""IAM's policy simulation says before a change what the calls really do after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.simulator.scenarios.stage import Route
from tests.simulator.small_world import ACCOUNT, outcome, policy_of

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

CALLS = {"s3:ListAllMyBuckets": ("s3", "list_buckets"), "sqs:ListQueues": ("sqs", "list_queues"),
         "ec2:DescribeInstances": ("ec2", "describe_instances")}  # fmt: skip


def entries(**context: str) -> list[dict[str, Any]]:
    """Write context entries; dates by their look, the rest as text."""
    return [{"ContextKeyName": name.replace("__", ":"), "ContextKeyValues": [value],
             "ContextKeyType": "date" if value.endswith("Z") else "string"}
            for name, value in context.items()]  # fmt: skip


def simulated(world: SmallWorld, role: str, **more: Any) -> dict[str, str]:
    """Ask what a role may do, by action."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    told = world.api("iam").simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(CALLS), **more)
    return {row["EvalActionName"]: row["EvalDecision"] for row in told["EvaluationResults"]}


def really(world: SmallWorld, key: Any, route: Route) -> dict[str, bool]:
    """Make the calls, and give which went through."""
    return {action: outcome(getattr(world.api(service, key, route=route), name)) == "ok"
            for action, (service, name) in CALLS.items()}  # fmt: skip


def decisions(world: SmallWorld, role: str, key: Any, deny: str, context: list[Any]) -> list[dict[str, bool]]:
    """Simulate with a Deny before it is there, put it there, simulate again, and make the calls."""
    before = simulated(world, role, PolicyInputList=[deny], ContextEntries=context)
    world.api("iam").put_role_policy(RoleName=role, PolicyName="deny", PolicyDocument=deny)
    after = simulated(world, role, ContextEntries=context)
    happens = really(world, key, Route("198.51.100.7"))
    return [{action: word == "allowed" for action, word in told.items()} for told in (before, after)] + [happens]


@pytest.mark.parametrize("number", [0, 1])
def test_userid(world: SmallWorld, number: int) -> None:
    """For the leaked session and for its sibling, the simulation with their user id agrees with their calls."""
    fleet = world.fleet(f"simulated-{number}", policy_of("Allow", "*"))
    condition = {"StringEquals": {"aws:userid": fleet.principal_id(0)}}
    deny = policy_of("Deny", "*", condition)
    context = entries(aws__userid=fleet.principal_id(number))
    told = decisions(world, fleet.role, world.stolen(fleet.instances[number]), deny, context)
    assert told == [dict.fromkeys(CALLS, number == 1)] * 3


@pytest.mark.parametrize("actions", ["s3:*", "*", "ec2:Describe*"])
@pytest.mark.parametrize("until", ["2026-11-02T07:59:59Z", "2026-11-02T08:00:01Z"])
def test_issue_time(world: SmallWorld, actions: str, until: str) -> None:
    """By the time of issue and by actions, too, the simulation agrees with the calls."""
    name = f"simulated-{until[-3]}-{len(actions)}"
    key = world.role_key(name, policy_of("Allow", "*"))
    deny = policy_of("Deny", actions, {"DateLessThan": {"aws:TokenIssueTime": until}})
    before, after, happens = decisions(world, name, key, deny, entries(aws__TokenIssueTime="2026-11-02T08:00:00Z"))
    assert before == after == happens
    assert all(happens.values()) == until.endswith("59Z")
    assert (sum(happens.values()) == 0) == (actions == "*" and until.endswith("01Z"))


def test_words(world: SmallWorld) -> None:
    """The answers tell an explicit Deny from the lack of an Allow."""
    world.role_key("worded", policy_of("Allow", "sqs:*"))
    deny = policy_of("Deny", "s3:*")
    assert simulated(world, "worded", PolicyInputList=[deny]) == {
        "s3:ListAllMyBuckets": "explicitDeny", "sqs:ListQueues": "allowed", "ec2:DescribeInstances": "implicitDeny",
    }  # fmt: skip


def test_boundary(world: SmallWorld) -> None:
    """A role's boundary counts in the simulation as it does in calls."""
    key = world.role_key("simulated-bounded", policy_of("Allow", "*"))
    iam = world.api("iam")
    made = iam.create_policy(PolicyName="bounds", PolicyDocument=policy_of("Allow", "s3:*"))
    iam.put_role_permissions_boundary(RoleName="simulated-bounded", PermissionsBoundary=made["Policy"]["Arn"])
    told = {action: word == "allowed" for action, word in simulated(world, "simulated-bounded").items()}
    assert told == really(world, key, Route("198.51.100.7"))
    assert list(told.values()) == [True, False, False]


def test_resources(world: SmallWorld) -> None:
    """Every pair of action and resource gets its own answer."""
    world.role_key("readers", policy_of("Allow", "s3:GetObject", resource="arn:aws:s3:::mine/*"))
    told = world.api("iam").simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/readers", ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::mine/a", "arn:aws:s3:::yours/a"])["EvaluationResults"]  # fmt: skip
    assert [(row["EvalActionName"][3:6], row["EvalResourceName"][13], row["EvalDecision"]) for row in told] == [
        ("Get", "m", "allowed"),
        ("Get", "y", "implicitDeny"),
        ("Put", "m", "implicitDeny"),
        ("Put", "y", "implicitDeny"),
    ]


def test_custom_policy(world: SmallWorld) -> None:
    """Policies alone are decided without any principal, over several values of one key."""
    document = policy_of("Allow", "s3:*", {"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}})
    values = [{"ContextKeyName": "aws:TagKeys", "ContextKeyType": "stringList", "ContextKeyValues": ["b", "a"]}]
    told = [world.api("iam").simulate_custom_policy(PolicyInputList=[document], ActionNames=["s3:GetObject"],
                                                    ContextEntries=context)["EvaluationResults"][0]["EvalDecision"]
            for context in (values, [])]  # fmt: skip
    assert told == ["allowed", "implicitDeny"]


def test_refused(world: SmallWorld) -> None:
    """A principal that is not there and a policy that is none are refused."""
    iam = world.api("iam")
    for name in ("role/none", "user/none", "group/none"):
        code = outcome(iam.simulate_principal_policy, PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:{name}",
                       ActionNames=["s3:GetObject"])  # fmt: skip
        assert code == "NoSuchEntity"
    for document in ("{", "[]", json.dumps({"Statement": [{"Effect": "Maybe"}]})):
        code = outcome(iam.simulate_custom_policy, PolicyInputList=[document], ActionNames=["s3:GetObject"])
        assert code == "InvalidInput", document
