"""The table of permissions: what a reader's role must be allowed, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path

import botocore.session
import pytest
from botocore.validate import validate_parameters

from gdkit.aws.read_only import refusal
from gdkit.permissions import PERMISSIONS, STEPS, Permission, permissions_page

MODELS = botocore.session.get_session()


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: str(permission.action))
def test_probe(permission: Permission) -> None:
    """The probe is a call that exists, with parameters that its model takes, and that only reads."""
    model = MODELS.get_service_model(permission.service).operation_model(permission.operation)
    parameters = {**permission.probe, **{name: list(few) for name, few in permission.listed.items()}}
    if model.input_shape is None:
        assert not parameters
    else:
        validate_parameters(parameters, model.input_shape)
    assert refusal(permission.service, permission.operation, parameters) == ""


def test_each_once_and_for_a_step() -> None:
    """Each action stands once, for a step that has a meaning; every step has actions."""
    actions = [permission.action for permission in PERMISSIONS]
    assert len(actions) == len(set(actions))
    assert {permission.needed_for for permission in PERMISSIONS} == set(STEPS)


def test_no_wildcard() -> None:
    """The table can be written as a policy as it stands: whole names, no wildcard."""
    policy = json.dumps({"Action": [permission.action for permission in PERMISSIONS]})
    assert "*" not in policy
    assert len(policy) < 6_144, "more than a managed policy holds"


def test_page_of_the_documentation() -> None:
    """The page in docs is the one that the table gives, and its policy allows exactly the table's actions."""
    page = (Path(__file__).parents[1] / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert page == permissions_page()
    document = json.loads(page.partition("```json")[2].partition("```")[0])
    allowed = [action for statement in document["Statement"] for action in statement["Action"]]
    assert sorted(allowed) == sorted({permission.action for permission in PERMISSIONS})
