"""Nothing that gdkit may do destroys anything: no instance, no evidence, no identity, no log."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from gdkit.permissions import PERMISSIONS
from gdkit.response.catalogue import STEPS
from tests.response.selects import PUTTING_A_SELECT

DESTROYING = re.compile(
    r":(Delete|Terminate|Remove|Purge|Destroy|Reset|Schedule\w*Deletion|Stop(Logging|Configuration)|Disable(?!Rule)"
    r"|Deactivate|Detach|Disassociate|Deregister|Revoke|Unshare|Unlock|Empty)"
)
"""Actions whose name tells that something ends by them."""

ALLOWED = {
    "guardduty:DeleteFilter": "undo of a suppression rule that gdkit made itself; its text stays in the plan",
    "iam:DeleteRolePolicy": "undo: takes off the inline policy that gdkit put there itself",
    "iam:DeleteUserPolicy": "undo: takes off the inline policy that gdkit put there itself",
    "iam:DetachRolePolicy": "what the thief attached; the undo attaches it again",
    "iam:DetachUserPolicy": "what the thief attached; the undo attaches it again",
    "iam:DetachGroupPolicy": "what the thief attached; the undo attaches it again",
    "lambda:DeleteFunctionConcurrency": "undo: brings a stopped function's limit back to none",
    "ec2:DeleteTags": "undo: takes off the case's own tag",
    "ec2:DisassociateIamInstanceProfile": "the instance's profile; the undo gives it back",
    "ec2:RevokeSecurityGroupIngress": "a rule that the thief opened; the undo writes it again",
    "ec2:RevokeSecurityGroupEgress": "the first rule of gdkit's own isolation group",
    "ec2:DeleteSecurityGroup": "gdkit's own groups alone, by their tag",
    "ec2:DeleteNetworkAclEntry": "undo: gdkit's own entries",
    "elasticloadbalancing:DeregisterTargets": "the leaked instance; the undo registers it again",
    "elasticloadbalancing:DeregisterInstancesFromLoadBalancer": "the leaked instance; the undo registers it again",
}
"""What may end something, and why it is no loss."""


def _writing() -> set[str]:
    return {need.action for step in STEPS.values() for need in step.needs if need.writes}


def test_every_ending_action_has_its_reason() -> None:
    """No step asks for an action that ends something, but for those whose undo, or own making, is stated here."""
    found = {action for action in _writing() if DESTROYING.search(action)}
    assert found - set(ALLOWED) == set()
    assert "ec2:TerminateInstances" not in _writing()


def test_no_reason_is_stale() -> None:
    """What is allowed here is used by a step."""
    assert set(ALLOWED) - _writing() == set()


@pytest.mark.parametrize("name", STEPS)
def test_plans_call_only_what_the_step_declares(name: str) -> None:
    """Each step's permissions name exact actions: no wildcard lets it do more."""
    assert all("*" not in need.action for need in STEPS[name].needs)


def test_the_reader_ends_nothing() -> None:
    """Nothing that the analyst is allowed ends or changes anything; gdkit's own queries are one SELECT each."""
    reading = {need.action for step in STEPS.values() for need in step.needs if not need.writes}
    changing = re.compile(r":(Create|Put|Update|Modify|Attach|Add|Set|Start|Stop|Run|Send|Tag|Untag|Delete|Terminate)")
    found = {one for one in chain(reading, (each.action for each in PERMISSIONS)) if changing.search(one)}
    assert found <= PUTTING_A_SELECT


def test_groups_that_are_not_ours_are_out_of_reach() -> None:
    """The policy for a case lets security groups be deleted or changed only where gdkit's tag is on them."""
    needs = [need for need in STEPS["isolate-instance"].needs if need.writes and "SecurityGroup" in need.action]
    ending = [need for need in needs if not need.action.endswith(("CreateSecurityGroup", "DescribeSecurityGroups"))]
    assert ending
    assert all("aws:ResourceTag/gdkit:instance" in str(need.condition) for need in ending)
