"""How identity, resource, boundary, session and organisation policies make one decision."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.errors import UsageError
from gdkit.policy import Decision, Principal, Request, decide
from tests.policy.samples import (
    ALLOW_ALL,
    ALLOW_NOTHING,
    FEDERATED_USER,
    OTHER,
    OWN,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    asked,
    deny,
    of_resource,
    outcome,
    policy,
    statement,
)


def grant(principal: Any, **elements: Any) -> Any:
    """Give a bucket policy that allows a principal."""
    return of_resource(statement("Allow", Principal=principal, **elements))


def by(name: str, **more: Any) -> Request:
    """Give a request by an AWS principal."""
    return asked(principal=Principal("AWS", name), **more)


def test_nothing_is_allowed_by_itself() -> None:
    """Without any policy a request is denied, for want of an Allow in the identity's policies."""
    assert decide(asked()) == Decision("ImplicitDeny", "identity")


def test_deny_beats_allow_in_every_layer() -> None:
    """A Deny in any layer denies what every layer allows, and the decision names the layer and the statement."""
    block = policy(statement("Allow"), statement("Deny", Sid="No"), name="block")
    layers: dict[str, dict[str, Any]] = {
        "identity": {"identity": [ALLOW_ALL, block]},
        "boundary": {"identity": [ALLOW_ALL], "boundary": block},
        "session": {"identity": [ALLOW_ALL], "session": [ALLOW_ALL, block]},
        "scp": {"identity": [ALLOW_ALL], "scps": [[ALLOW_ALL], [ALLOW_ALL, block]]},
    }
    for layer, policies in layers.items():
        found = decide(asked(), **policies)
        assert (found.decision, found.layer, found.policy) == ("ExplicitDeny", layer, "block")
        assert found.statement is not None
        assert (found.statement.index, found.statement.sid) == (1, "No")
    bucket = of_resource(statement("Allow", Principal="*"), statement("Deny", Principal="*"))
    assert outcome(asked(), identity=[ALLOW_ALL], resource_policy=bucket) == ("ExplicitDeny", "resource")


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ({}, ("Allow", "identity")),
        ({"boundary": ALLOW_ALL}, ("Allow", "identity")),
        ({"boundary": ALLOW_NOTHING}, ("ImplicitDeny", "boundary")),
        ({"session": [ALLOW_NOTHING, ALLOW_ALL]}, ("Allow", "identity")),
        ({"session": [ALLOW_NOTHING]}, ("ImplicitDeny", "session")),
        ({"scps": [[ALLOW_ALL], [ALLOW_NOTHING, ALLOW_ALL]]}, ("Allow", "identity")),
        ({"scps": [[ALLOW_ALL], [ALLOW_NOTHING]]}, ("ImplicitDeny", "scp")),
        ({"scps": [[ALLOW_ALL], []]}, ("ImplicitDeny", "scp")),
        ({"boundary": allow(Action="sqs:*")}, ("ImplicitDeny", "boundary")),
    ],
)
def test_limits(layers: dict[str, Any], expected: tuple[str, str]) -> None:
    """Boundary, session policies and each level of the organisation must allow; none of them grants."""
    assert outcome(asked(), identity=[ALLOW_ALL], **layers) == expected
    without = decide(asked(), **layers)
    assert not without.allowed


GRANTS: list[tuple[str, Any, str]] = [
    # who asks, whom the bucket names, how directly that is
    (SESSION, SESSION, "direct"),
    (SESSION, "*", "direct"),
    (SESSION, ROLE, "role"),
    (SESSION, OWN, "account"),
    (SESSION, ROOT, "account"),
    (SESSION, USER, "none"),
    (SESSION, OTHER, "none"),
    (SESSION, SESSION + "x", "none"),
    (USER, USER, "direct"),
    (USER, USER.replace("alice", "Alice"), "none"),
    (ROLE, ROLE, "role"),
    (FEDERATED_USER, FEDERATED_USER, "direct"),
    (FEDERATED_USER, USER, "role"),
    (SESSION, "AROAEXAMPLEID4567890A", "none"),
]
REACH = {"direct": ("Allow", "Allow", "Allow"), "role": ("Allow", "ImplicitDeny", "ImplicitDeny")}
"""The decision with no other policy, with a boundary that allows nothing, with such a session policy.

Source: IAM User Guide, "Policy evaluation logic", table of resource-based policies and implicit denies.
"""


@pytest.mark.parametrize(("who", "named", "way"), GRANTS)
def test_same_account_grants(who: str, named: str, way: str) -> None:
    """In one account a resource's grant reaches past the other layers only as far as it names the caller."""
    bucket = grant({"AWS": named})
    alone, bounded, limited = REACH.get(way, ("ImplicitDeny", "ImplicitDeny", "ImplicitDeny"))
    assert decide(by(who), resource_policy=bucket).decision == alone
    assert decide(by(who), resource_policy=bucket, boundary=ALLOW_NOTHING).decision == bounded
    assert decide(by(who), resource_policy=bucket, session=[ALLOW_NOTHING]).decision == limited
    assert decide(by(who), resource_policy=bucket, identity=[ALLOW_ALL]).decision == "Allow"


@pytest.mark.parametrize("named", [SESSION, ROLE, OWN, ROOT, "*"])
def test_cross_account_needs_both_sides(named: str) -> None:
    """For a resource of another account both sides must allow, however the resource's policy names the caller."""
    request, bucket = asked(resource_account_id=OTHER), grant({"AWS": named})
    both: dict[str, Any] = {"identity": [ALLOW_ALL], "resource_policy": bucket}
    assert outcome(request, **both) == ("Allow", "resource")
    assert outcome(request, resource_policy=bucket) == ("ImplicitDeny", "identity")
    assert outcome(request, identity=[ALLOW_ALL]) == ("ImplicitDeny", "resource")
    assert outcome(request, **both, boundary=ALLOW_NOTHING) == ("ImplicitDeny", "boundary")
    assert outcome(request, **both, session=[ALLOW_NOTHING]) == ("ImplicitDeny", "session")
    assert outcome(request, **both, scps=[[ALLOW_NOTHING]]) == ("ImplicitDeny", "scp")


def test_own_account_by_number_is_the_same_account() -> None:
    """A resource account that is the caller's own changes nothing."""
    assert outcome(asked(resource_account_id=OWN), identity=[ALLOW_ALL]) == ("Allow", "identity")


@pytest.mark.parametrize("action", ["sts:AssumeRole", "STS:assumerole", "kms:Decrypt"])
def test_trust_must_be_given(action: str) -> None:
    """A role's trust policy and a key's policy must name the caller, or the account before identity policies count."""
    target = asked(action, f"arn:aws:iam::{OWN}:role/next")
    for named, identity, expected in (
        (OWN, [ALLOW_ALL], "Allow"),
        (OWN, [], "ImplicitDeny"),
        (ROLE, [], "Allow"),
        (SESSION, [], "Allow"),
        (USER, [ALLOW_ALL], "ImplicitDeny"),
        (OTHER, [ALLOW_ALL], "ImplicitDeny"),
    ):
        row = {"Effect": "Allow", "Action": action, "Principal": {"AWS": named}}
        assert decide(target, identity=identity, resource_policy=of_resource(row)).decision == expected, named


def test_trust_policy_with_external_id() -> None:
    """A trust policy's condition is judged with the request's context."""
    row = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": ROLE},
        "Condition": {"StringEquals": {"sts:ExternalId": "shared"}},
    }
    for context, expected in (({"sts:ExternalId": "shared"}, True), ({"sts:ExternalId": "other"}, False), ({}, False)):
        found = decide(asked("sts:AssumeRole", context=context), resource_policy=of_resource(row))
        assert found.allowed is expected


@pytest.mark.parametrize(
    ("principal", "element", "expected"),
    [
        (Principal("Service", "ec2.amazonaws.com"), {"Service": "ec2.amazonaws.com"}, True),
        (Principal("Service", "ec2.amazonaws.com"), {"Service": ["a.amazonaws.com", "ec2.amazonaws.com"]}, True),
        (Principal("Service", "ec2.amazonaws.com"), {"Service": "ecs.amazonaws.com"}, False),
        (Principal("Service", "ec2.amazonaws.com"), {"AWS": OWN}, False),
        (Principal("Federated", "accounts.google.com"), {"Federated": "accounts.google.com"}, True),
        (Principal("Federated", "accounts.google.com"), {"Service": "accounts.google.com"}, False),
        (Principal("Anonymous"), "*", True),
        (Principal("Anonymous"), {"AWS": "*"}, True),
        (Principal("Anonymous"), {"AWS": OWN}, False),
        (Principal("CanonicalUser", "79a59df9"), {"CanonicalUser": "79a59df9"}, True),
    ],
)
def test_callers_without_identity_policies(principal: Principal, element: Any, expected: bool) -> None:
    """For services, providers and anonymous callers the resource's policy alone decides, not the organisation."""
    request = asked(principal=principal, resource_account_id=OWN)
    found = decide(request, resource_policy=grant(element), identity=[ALLOW_NOTHING], scps=[[deny()]])
    assert found.allowed is expected
    assert found.layer == "resource"


def test_root_user() -> None:
    """The root user needs no identity policy in its own account, but bows to the organisation and to a Deny."""
    root = by(ROOT)
    assert decide(root) == Decision("Allow", "identity")
    assert decide(root).explain() == "The root user may do it."
    assert outcome(root, scps=[[ALLOW_NOTHING]]) == ("ImplicitDeny", "scp")
    blocked = of_resource(statement("Deny", Principal="*"))
    assert outcome(root, resource_policy=blocked) == ("ExplicitDeny", "resource")
    assert outcome(by(ROOT, resource_account_id=OTHER)) == ("ImplicitDeny", "resource")


@pytest.mark.parametrize("named", [SESSION, ROLE, OWN, "*"])
def test_deny_by_principal(named: str) -> None:
    """A Deny reaches whom it names, by session, role, account or as everybody."""
    bucket = of_resource(statement("Deny", Principal={"AWS": named}))
    assert outcome(asked(), identity=[ALLOW_ALL], resource_policy=bucket) == ("ExplicitDeny", "resource")
    assert outcome(by(USER.replace(OWN, OTHER)), identity=[ALLOW_ALL], resource_policy=bucket) == (
        ("ExplicitDeny", "resource") if named == "*" else ("Allow", "identity")
    )


def test_not_principal() -> None:
    """NotPrincipal means everybody else; with a Deny it reaches whoever has a permissions boundary, excepted or not."""
    excepted = {"AWS": [SESSION, ROLE, OWN]}
    bucket = of_resource(statement("Deny", NotPrincipal=excepted))
    assert outcome(asked(), identity=[ALLOW_ALL], resource_policy=bucket) == ("Allow", "identity")
    stranger = by(USER.replace(OWN, OTHER))
    assert outcome(stranger, identity=[ALLOW_ALL], resource_policy=bucket) == ("ExplicitDeny", "resource")
    bounded = outcome(asked(), identity=[ALLOW_ALL], resource_policy=bucket, boundary=ALLOW_ALL)
    assert bounded == ("ExplicitDeny", "resource")
    open_to_others = of_resource(statement("Allow", NotPrincipal={"AWS": USER}))
    assert decide(asked(), resource_policy=open_to_others).allowed
    assert not decide(by(USER), resource_policy=open_to_others).allowed


def test_same_role_name_elsewhere_is_another_role() -> None:
    """A role of the same name in another account, or a user of the role's name, is not the session's role."""
    for named in (ROLE.replace(OWN, OTHER), f"arn:aws:iam::{OWN}:user/web", ROLE.replace("aws", "aws-cn", 1)):
        assert not decide(asked(), resource_policy=grant({"AWS": named})).allowed


def test_explanation() -> None:
    """A decision says in words which layer, policy and statement made it."""
    named = policy(statement("Deny", Sid="Block"), name="contain")
    assert decide(asked(), identity=[named]).explain() == (
        "Denied by the identity's policies: policy contain, statement 0 (Block)."
    )
    assert decide(asked()).explain() == "Denied: nothing in the identity's policies allows it."
    found = decide(asked(), resource_policy=grant("*")).explain()
    assert found == "Allowed by the resource's policy: policy bucket, statement 0."


def test_resource_policy_needs_a_principal() -> None:
    """A resource's policy cannot be judged without knowing who asks."""
    with pytest.raises(UsageError, match="principal"):
        decide(Request("s3:GetObject"), resource_policy=grant("*"))
