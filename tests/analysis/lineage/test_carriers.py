"""Things that a thief passed a role to: what they then did is found, and is the thief's only where they are new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.lineage.carriers import CARRIERS
from gdkit.analysis.lineage.things import MAKERS, operation_of
from tests.analysis.lineage.made import (
    ELSEWHERE,
    NEW_INSTANCE,
    PASSED,
    arrows,
    by_service,
    kinds,
    made,
    session,
)
from tests.analysis.lineage.traced import said, traced
from tests.analysis.records import ACCOUNT, KEY, THIEF, record

if TYPE_CHECKING:
    from pathlib import Path

LAUNCHED = {"instancesSet": {"items": [{"instanceId": NEW_INSTANCE, "imageId": "ami-1"}]}}
TASK = "0123456789abcdef0123456789abcdef"
BUILD = "project:12345678-1234-1234-1234-123456789012"

NEW = [
    ("ec2", "RunInstances", {"iamInstanceProfile": {"name": "p"}}, LAUNCHED, NEW_INSTANCE, NEW_INSTANCE),
    ("lambda", "CreateFunction20150331", {"functionName": "fn", "role": PASSED}, None, "fn", f"function:{ACCOUNT}:fn"),
    ("ecs", "RunTask", {}, {"tasks": [{"taskArn": f"arn:aws:ecs:r:1:task/c/{TASK}"}]}, TASK, f"task:{ACCOUNT}:{TASK}"),
    ("codebuild", "StartBuild", {"projectName": "project"}, {"build": {"id": BUILD}},
     "AWSCodeBuild-12345678-1234-1234-1234-123456789012", f"build:{ACCOUNT}:{BUILD}"),
]  # fmt: skip


@pytest.mark.parametrize("case", NEW, ids=[row[1] for row in NEW])
def test_new_carrier(case: tuple[str, str, Any, Any, str, str], tmp_path: Path) -> None:
    """What the thief's new instance, function, task or build does under its role is the thief's."""
    service, name, asked, given, called, node = case
    use, other = session(20, called), session(21, "another", key="ASIAEXAMPLEOTHERS001")
    lineage = traced(tmp_path, [made(10, service, name, asked, given), use, other])
    found = said(lineage)
    assert found[use["eventID"]] == ("thief", "created_by_thief")
    assert other["eventID"] not in found
    assert arrows(lineage) == [(KEY, name, node, None)]
    assert lineage.nodes.set_index("id").loc[node, ["party", "events"]].to_list() == ["thief", 1]


CHANGED = [
    ("lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "fn"}, {"role": PASSED}, "fn"),
    ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "arn:aws:lambda:r:1:function:fn"}, {"role": PASSED},
     "fn"),
    ("sagemaker", "CreateNotebookInstance", {"notebookInstanceName": "n", "roleArn": PASSED}, None, "SageMaker"),
    ("glue", "CreateJob", {"name": "n", "role": "passed"}, None, "GlueJobRunnerSession"),
    ("codebuild", "CreateProject", {"name": "n", "serviceRole": PASSED}, None, "AWSCodeBuild-1"),
    ("cloudformation", "CreateStack", {"stackName": "n", "roleARN": PASSED}, None, "AWSCloudFormation"),
    ("ec2", "AssociateIamInstanceProfile", {"AssociateIamInstanceProfileRequest": {
        "InstanceId": NEW_INSTANCE, "IamInstanceProfile": {"Name": "passed"}}}, None, NEW_INSTANCE),
]  # fmt: skip


@pytest.mark.parametrize("case", CHANGED, ids=[row[1] for row in CHANGED])
def test_changed_or_shared_carrier(case: tuple[str, str, Any, Any, str], tmp_path: Path) -> None:
    """What others too may do by the same name and role stays open, and only what came later is drawn in."""
    service, name, asked, given, called = case
    early, late = session(5, called), session(20, called)
    wrong = session(21, called, key="ASIAEXAMPLEOTHERS001", role="not-passed")
    found = said(traced(tmp_path, [made(10, service, name, asked, given), early, late, wrong]))
    assert found[late["eventID"]] == ("unknown", "changed_by_thief")
    assert early["eventID"] not in found
    assert wrong["eventID"] not in found


TAKEN_BY = [
    ("states", "CreateStateMachine", {"name": "n", "roleArn": PASSED}),
    ("scheduler", "CreateSchedule", {"name": "n", "target": {"roleArn": PASSED}}),
    ("events", "PutTargets", {"rule": "n", "targets": [{"id": "1"}, {"id": "2", "roleArn": PASSED}]}),
    ("ssm", "StartAutomationExecution", {"documentName": "n", "parameters": {"AutomationAssumeRole": [PASSED]}}),
    ("glue", "CreateDevEndpoint", {"endpointName": "n", "roleArn": PASSED}),
]


@pytest.mark.parametrize(("service", "name", "asked"), TAKEN_BY, ids=[row[1] for row in TAKEN_BY])
def test_service_takes_the_passed_role(service: str, name: str, asked: Any, tmp_path: Path) -> None:
    """Where a service's own record shows it taking the passed role afterwards, its credential is followed, open."""
    host_call = by_service(20, service, PASSED, "ASIAEXAMPLECARRIED01")
    other = by_service(21, "other", PASSED, "ASIAEXAMPLEOTHERS001")
    use, not_use = session(30, "given"), session(31, "given", key="ASIAEXAMPLEOTHERS001")
    lineage = traced(tmp_path, [made(10, service, name, asked), host_call, other, use, not_use])
    found = said(lineage)
    assert found[use["eventID"]] == ("unknown", "chained_by_unknown")
    assert not_use["eventID"] not in found
    assert host_call["eventID"] not in found, "the service's own call is a step, not a call of the session"
    assert [edge[1:3] for edge in arrows(lineage)][-1] == ("AssumeRole", "ASIAEXAMPLECARRIED01")


@pytest.mark.parametrize("operation", sorted(CARRIERS))
def test_every_carrier_is_a_node(operation: str, tmp_path: Path) -> None:
    """Each call that passes a role leaves a node and an edge, whatever its record lacks."""
    service, name = operation.split(" ")
    lineage = traced(tmp_path, [made(10, service, name)])
    ((begin, kind, end, error),) = arrows(lineage)
    assert (begin, kind, error) == (KEY, name, None)
    assert kinds(lineage)[end] == CARRIERS[operation].kind


@pytest.mark.parametrize("operation", sorted({*MAKERS, *CARRIERS}))
@pytest.mark.parametrize("odd", [{"x": [1, {"y": None}]}, "text", {"userName": 7, "tasks": "no", "role": ["a"]}])
def test_odd_records_are_no_error(operation: str, odd: Any, tmp_path: Path) -> None:
    """A request or an answer of another shape than AWS's makes nothing fail and draws nobody in."""
    service, name = operation.split(" ")
    lineage = traced(tmp_path, [made(10, service, name, odd, odd), record(20, ELSEWHERE, "x", who={"type": "IAMUser"})])
    assert len(lineage.events) == 1


def test_many_instances_whose_record_was_cut(tmp_path: Path) -> None:
    """Instances are read from an answer that is too long to be whole, as far as it goes."""
    items = [{"instanceId": f"i-{number:017x}", "tags": "t" * 1000} for number in range(1, 41)]
    lineage = traced(tmp_path, [made(10, "ec2", "RunInstances", {}, {"instancesSet": {"items": items}})])
    assert 10 < sum(kind == "instance" for kind in kinds(lineage).values()) < 42


def test_instance_id_in_a_name_draws_nobody_in(tmp_path: Path) -> None:
    """An id that the thief wrote into a tag is no instance that was started."""
    text = f'","instanceId":"{NEW_INSTANCE}","x":"'
    given = {"instancesSet": {"items": [{"tags": text, "instanceId": "i-00000000000000001"}]}}
    found = said(traced(tmp_path, [made(10, "ec2", "RunInstances", {}, given), session(20, NEW_INSTANCE)]))
    assert session(20, NEW_INSTANCE)["eventID"] not in found


def test_stack_with_a_role_works_as_a_service(tmp_path: Path) -> None:
    """CloudFormation's calls under the passed role join as a service's, undecided."""
    host = "cloudformation.amazonaws.com"
    call = session(20, "AWSCloudFormation", address=host)
    stack = made(10, "cloudformation", "CreateStack", {"stackName": "n", "roleARN": PASSED})
    assert said(traced(tmp_path, [stack, call]))[call["eventID"]] == ("unknown", "chained_aws_service")


def test_deep_chain_of_carriers(tmp_path: Path) -> None:
    """An instance that makes a function that makes a user: three steps, each an edge, all the thief's."""
    launch = made(10, "ec2", "RunInstances", {}, LAUNCHED)
    function = made(
        20, "lambda", "CreateFunction20150331", {"functionName": "fn", "role": PASSED},
        who=session(20, NEW_INSTANCE)["userIdentity"], address=ELSEWHERE)  # fmt: skip
    given = {"user": {"userName": "u", "userId": "AIDAEXAMPLEU"}}
    user = made(30, "iam", "CreateUser", {"userName": "u"}, given, address=ELSEWHERE,
                who=session(30, "fn", key="ASIAEXAMPLEFUNCTION1")["userIdentity"])  # fmt: skip
    use = record(40, "192.0.2.250", "x", who={"type": "IAMUser", "principalId": "AIDAEXAMPLEU", "accessKeyId": "AKIAX"})
    lineage = traced(tmp_path, [launch, function, user, use])
    assert list(lineage.events["hop"]) == [0, 1, 2, 3]
    assert set(lineage.events["party"]) == {"thief"}
    assert [edge[:3] for edge in arrows(lineage)] == [
        (KEY, "RunInstances", NEW_INSTANCE),
        (NEW_INSTANCE, "CreateFunction20150331", f"function:{ACCOUNT}:fn"),
        (f"function:{ACCOUNT}:fn", "CreateUser", f"user:{ACCOUNT}:u"),
    ]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "a:b", "x" * 5000, "\u202egpj", "nul\x00l", "' OR"])
def test_hostile_names_stay_data(name: str, tmp_path: Path) -> None:
    """A name is kept as it stands, shortened where it is very long; it leads nowhere else."""
    lineage = traced(tmp_path, [made(10, "iam", "CreateUser", {"userName": name}, address=THIEF)])
    (label,) = lineage.nodes.loc[lineage.nodes["kind"] == "user", "label"]
    assert label == (name if len(name) <= 200 else name[:200] + "…")


@pytest.mark.parametrize(("source", "name", "operation"), [
    ("lambda.amazonaws.com", "CreateFunction20150331v2", "lambda CreateFunction"),
    ("lambda.amazonaws.com", "UpdateFunctionCode", "lambda UpdateFunctionCode"),
    ("cloudfront.amazonaws.com", "CreateFunction2020_05_31", "cloudfront CreateFunction2020_05_31"),
    (None, None, " "),
])  # fmt: skip
def test_operation(source: str | None, name: str | None, operation: str) -> None:
    """Lambda's API version is no part of an operation's name; other services' names stay whole."""
    assert operation_of(source, name) == operation
