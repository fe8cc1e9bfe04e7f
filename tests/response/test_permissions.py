"""The policies of analyst and responder, and the page about the steps."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import botocore.session
import pytest

from gdkit.aws.read_only import READING
from gdkit.response.catalogue import STEPS
from gdkit.response.permissions import analyst_policy, filled, responder_policy
from gdkit.response.step import Need, Step, Target
from gdkit.response.steps_page import policies, steps_page
from tests.response.selects import PUTTING_A_SELECT

DOCS = Path(__file__).parents[2] / "docs"
TARGET = Target("c", "aws", "111122223333", "eu-west-1", datetime(2026, 11, 2, tzinfo=UTC), role_name="shop",
                role_id="AROAX", role_arn="arn:aws:iam::111122223333:role/team/shop",
                instance_id="i-0aaaaaaaaaaaaaaaa", detector_id="d" * 32)  # fmt: skip


def needs() -> list[tuple[Step, Need]]:
    """Give every need of every step."""
    return [(step, need) for step in STEPS.values() for need in step.needs]


@pytest.mark.parametrize(("step", "need"), needs(), ids=lambda one: getattr(one, "action", None) or one.name)
def test_need(step: Step, need: Need) -> None:
    """Each action is written whole, and is reading or not as it says."""
    service, _, operation = need.action.partition(":")
    assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+", need.action), need.action
    if not need.writes:
        assert operation.startswith(READING) or need.action in ("s3:ListBucket",), need.action
    told = {f"{{{option.name}}}" for option in step.options}
    assert need.resource == "*" or need.resource in told or need.resource.startswith("arn:{partition}:"), need.resource
    assert service


def test_documents_are_up_to_date() -> None:
    """The page and the two policies in docs are those that the steps give."""
    assert (DOCS / "steps.md").read_text(encoding="utf-8") == steps_page()
    for name, text in policies().items():
        assert (DOCS / "policies" / name).read_text(encoding="utf-8") == text


def test_analyst_only_reads() -> None:
    """No action of the analyst changes anything; those that put a SELECT, and end it, change nothing either."""
    actions = {action for one in analyst_policy(STEPS.values())["Statement"] for action in one["Action"]}
    assert {action for action in actions if not action.partition(":")[2].startswith(READING)} == PUTTING_A_SELECT


def test_responder_is_held_to_the_case() -> None:
    """For one case the responder's policy names its role and its instance; no place is left open."""
    document = responder_policy([STEPS["require-imdsv2"]], TARGET)
    (statement,) = document["Statement"]
    assert statement["Resource"] == "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaaaaaaaaaaaaaa"
    assert statement["Action"] == ["ec2:ModifyInstanceMetadataOptions"]


def test_resource_that_was_not_told() -> None:
    """Where an option that names a resource was not told, nothing is allowed on it; where it was, exactly there."""
    key = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    for told, allowed in (("", False), (key, True)):
        target = replace(TARGET, options={"account": "444455556666", "kms-key": told})
        statements = responder_policy([STEPS["copy-snapshots"]], target)["Statement"]
        assert any("kms:CreateGrant" in one["Action"] for one in statements) is allowed
        assert all(one["Resource"].startswith("arn:") or one["Resource"] == "*" for one in statements)


def test_role_with_a_path() -> None:
    """The resource of a role holds the path that its ARN has, and its name alone where no ARN is known."""
    text = "arn:{partition}:iam::{account_id}:role/{role_name}"
    assert filled(text, TARGET) == "arn:aws:iam::111122223333:role/team/shop"
    assert filled(text, None) == "arn:PARTITION:iam::ACCOUNT-ID:role/ROLE-NAME"


def test_no_policy_variable_is_made_up() -> None:
    """What is to be filled in can be mistaken for no policy variable, and the documents are JSON."""
    for text in policies().values():
        assert json.loads(text)["Version"] == "2012-10-17"
        assert "{" not in json.dumps([one["Resource"] for one in json.loads(text)["Statement"]])


def test_every_action_of_a_step_is_a_real_operation() -> None:
    """Actions that are named as the API's operations exist in its model; the few others are known by name."""
    session = botocore.session.get_session()
    other = {"iam:PassRole", "s3:ListBucket", "ec2:CreateTags", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
    names = {"elasticloadbalancing": ("elb", "elbv2")}
    for _, need in needs():
        service, _, operation = need.action.partition(":")
        if need.action in other:
            continue
        models = [session.get_service_model(name) for name in names.get(service, (service,))]
        assert any(operation in model.operation_names for model in models), need.action
