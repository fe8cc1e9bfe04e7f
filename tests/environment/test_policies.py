"""The role's policies and its boundary, read from documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.environment import collect_environment
from gdkit.environment.model import Document, documents_of, evidence_records
from gdkit.environment.policies import role_boundary, role_policies, unread_policies
from gdkit.errors import CaseError, PolicyError
from gdkit.model import Subject
from tests.aws.fakes import ACCOUNT, Refusal, reader
from tests.environment.samples import AT, BOUNDARY_ARN, POLICY_ARN, ROLE, answers
from tests.findings.samples import INSTANCE, PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.environment import Environment
    from tests.aws.fakes import Answer, Called

INLINE, ATTACHED, BOUNDARY = ({"Version": "2012-10-17", "Id": name} for name in ("inline", "attached", "boundary"))
DENIED = Refusal("AccessDenied")


def _collected(monkeypatch: pytest.MonkeyPatch, **changes: Answer) -> Environment:
    def version(call: Called) -> dict[str, Any]:
        text = {POLICY_ARN: json.dumps(ATTACHED), BOUNDARY_ARN: json.dumps(BOUNDARY)}
        return {"PolicyVersion": {"Document": text[call.parameters["PolicyArn"]], "VersionId": "v3"}}

    inline = {"RoleName": ROLE, "PolicyName": "inline", "PolicyDocument": json.dumps(INLINE)}
    _, aws = reader(monkeypatch, answers(**{"GetRolePolicy": inline, "GetPolicyVersion": version, **changes}))
    subject = Subject(principal_id=PRINCIPAL, instance_id=INSTANCE)
    return collect_environment(aws, subject, account_id=ACCOUNT, region="eu-west-1")


def _document(name: str, answer: Mapping[str, Any]) -> Document:
    return Document(name, ACCOUNT, "eu-west-1", "iam", "Get", {}, AT, answer)


def test_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inline policies come by name, attached ones by ARN; the boundary is apart, for it allows nothing."""
    found = _collected(monkeypatch).documents
    assert role_policies(found) == [("inline", INLINE), (POLICY_ARN, ATTACHED)]
    assert role_boundary(found) == (BOUNDARY_ARN, BOUNDARY)
    assert unread_policies(found) == ()


def test_from_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The documents that are read back from the case's evidence are those that were collected."""
    around = _collected(monkeypatch)
    found = documents_of(evidence_records(around.documents))
    assert found == around.documents
    assert role_policies(found) == [("inline", INLINE), (POLICY_ARN, ATTACHED)]


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"name": "x", "askedAt": 1}'])
def test_damaged_evidence(line: str) -> None:
    """A line that is no record is named."""
    with pytest.raises(CaseError, match="line 1 of the environment"):
        documents_of([line])


def test_a_boundary_that_is_attached_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy can be both: then it is in both places."""
    attached = {"AttachedPolicies": [{"PolicyName": "b", "PolicyArn": BOUNDARY_ARN}]}
    found = _collected(monkeypatch, ListAttachedRolePolicies=attached).documents
    assert role_policies(found) == [("inline", INLINE), (BOUNDARY_ARN, BOUNDARY)]
    assert role_boundary(found) == (BOUNDARY_ARN, BOUNDARY)


def test_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be read is named, so that nobody takes the rest for all there is."""
    found = _collected(monkeypatch, GetRolePolicy=DENIED, GetPolicy=DENIED).documents
    assert role_policies(found) == []
    assert role_boundary(found) == (BOUNDARY_ARN, None)
    assert unread_policies(found) == ("inline", POLICY_ARN, f"the boundary {BOUNDARY_ARN}")
    found = _collected(monkeypatch, ListRolePolicies=DENIED, ListAttachedRolePolicies=DENIED, GetRole=DENIED).documents
    assert role_boundary(found) is None
    assert unread_policies(found) == (
        "the role itself, so whether it has a boundary", "the list of its inline policies",
        "the list of its attached policies",
    )  # fmt: skip


def test_no_boundary() -> None:
    """A role without a boundary has none, and nothing is unread for it."""
    found = {
        "role": _document("role", {"Role": {"RoleName": ROLE}}),
        "role.inline": _document("role.inline", {"PolicyNames": []}),
        "role.attached": _document("role.attached", {"AttachedPolicies": []}),
    }
    assert (role_boundary(found), role_policies(found), unread_policies(found)) == (None, [], ())


@pytest.mark.parametrize("text", ["{", "[]", "3", ["a"]])
def test_unreadable(text: Any) -> None:
    """A document that is no JSON object is an error that names it."""
    found = {
        "role.inline": _document("role.inline", {"PolicyNames": ["p"]}),
        "role.inline.p": _document("role.inline.p", {"PolicyDocument": text}),
    }
    with pytest.raises(PolicyError, match=r"role\.inline\.p"):
        role_policies(found)
