"""The decision: all policies that speak about a request, put together as AWS documents it.

One Deny anywhere denies. Without one, every layer that limits (service control policies, boundary, session policies)
must allow, and something must grant:

*Same account.* An Allow of the identity's policies or of the resource's policy is enough. A resource's policy that
names the session, the user or everybody grants by itself: missing Allows of identity, boundary and session policies do
not limit it. One that names the role behind the session grants too, but within boundary and session policies. One that
names the account only hands the decision to the identity's policies. Role trust policies and key policies are stricter:
where one is given, identity policies count only if it names the account.

*Other account.* Both sides must allow: the identity's policies (with boundary and session policies), and the resource's
policy by any of these names. Without a resource's policy there is no access.

*Services, identity providers, anonymous callers* have no identity policies: the resource's policy alone decides, and
service control policies do not reach them.

*The root user* is allowed by its own account, without an identity policy.

Not modelled: resource control policies, VPC endpoint policies, S3's Block Public Access and ACLs, service-linked roles
(leave the service control policies out for them).

Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic"; for Deny with
NotPrincipal "AWS JSON policy elements: NotPrincipal".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from gdkit.errors import UsageError
from gdkit.policy.statements import allowing, denying

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gdkit.policy.document import Policy, Statement
    from gdkit.policy.principals import Directness
    from gdkit.policy.request import Request

Outcome = Literal["Allow", "ExplicitDeny", "ImplicitDeny"]
Layer = Literal["scp", "resource", "identity", "boundary", "session"]

_LAYER_WORDS: dict[Layer, str] = {
    "scp": "service control policies",
    "resource": "the resource's policy",
    "identity": "the identity's policies",
    "boundary": "the permissions boundary",
    "session": "the session policies",
}
_STRICT_SERVICES = ("sts:", "kms:")
"""Services whose resource policies must name the account before identity policies count."""

Hit: TypeAlias = "tuple[Policy, Statement]"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision and what made it.

    Attributes:
        decision: ``Allow``, ``ExplicitDeny`` (a Deny statement) or ``ImplicitDeny`` (an Allow is missing).
        layer: where the statement stands; for ``ImplicitDeny`` the layer that has no Allow. ``identity`` also for the
            root user, whom no statement has to allow.
        policy: name of the policy that decided; None for ``ImplicitDeny`` and the root user.
        statement: the statement that decided; None like ``policy``.
    """

    decision: Outcome
    layer: Layer
    policy: str | None = None
    statement: Statement | None = None

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.decision == "Allow"

    def explain(self) -> str:
        """Say in one plain sentence what decided."""
        where = _LAYER_WORDS[self.layer]
        if self.statement is None:
            return "The root user may do it." if self.allowed else f"Denied: nothing in {where} allows it."
        sid = f" ({self.statement.sid})" if self.statement.sid else ""
        verb = "Allowed" if self.allowed else "Denied"
        return f"{verb} by {where}: policy {self.policy}, statement {self.statement.index}{sid}."


def decide(
    request: Request,
    *,
    identity: Sequence[Policy] = (),
    boundary: Policy | None = None,
    session: Sequence[Policy] = (),
    resource_policy: Policy | None = None,
    scps: Sequence[Sequence[Policy]] = (),
) -> Decision:
    """Decide a request.

    Args:
        request: who asks for what, and in which circumstances.
        identity: all policies of the user (with its groups) or role: inline and managed.
        boundary: the permissions boundary; None where there is none.
        session: the policies given when the session was made; none of them means that the session is not limited.
        resource_policy: the policy of the resource, read with ``kind="resource"``; for ``sts:AssumeRole`` the role's
            trust policy. None where the resource has none.
        scps: service control policies, one sequence for each level from the root down to the account; each level must
            allow. None of them means that the account is not limited.

    Returns:
        The decision with the statement that made it: the first one that denies, in the order scps, resource, identity,
        boundary, session; else the one that grants.

    Raises:
        UsageError: a resource policy is given for a request without a principal.
    """
    if resource_policy and request.principal is None:
        raise UsageError("a resource's policy needs a request with a principal", where="principal")
    limits = _Limits(boundary, session, scps if _has_identity(request) else ())
    deny = _first_deny(request, identity, limits, resource_policy)
    if deny:
        return deny
    if any(not allowing(level, request) for level in limits.scps):
        return Decision("ImplicitDeny", "scp")
    granted = _grants(request, resource_policy)
    if not _has_identity(request):
        return _by_resource(granted.get("direct"))
    if _is_cross_account(request):
        return _cross_account(request, identity, limits, granted)
    return _same_account(request, identity, limits, granted, resource_policy is not None)


@dataclass(frozen=True, slots=True)
class _Limits:
    """The layers that limit and never grant."""

    boundary: Policy | None
    session: Sequence[Policy]
    scps: Sequence[Sequence[Policy]]

    def missing(self, request: Request) -> Layer | None:
        """Give the layer of the session's own limits that does not allow the request."""
        if self.boundary and not allowing((self.boundary,), request):
            return "boundary"
        return "session" if self.session and not allowing(self.session, request) else None


def _has_identity(request: Request) -> bool:
    return request.principal is None or request.principal.kind == "AWS"


def _is_cross_account(request: Request) -> bool:
    own = request.principal.account_id if request.principal else None
    return own is not None and request.resource_account_id not in {None, own}


def _first_deny(
    request: Request, identity: Sequence[Policy], limits: _Limits, resource: Policy | None
) -> Decision | None:
    boundary = [limits.boundary] if limits.boundary else []
    layers: list[tuple[Layer, Iterable[Policy]]] = [
        ("scp", (policy for level in limits.scps for policy in level)),
        ("resource", [resource] if resource else []),
        ("identity", identity),
        ("boundary", boundary),
        ("session", limits.session),
    ]
    for layer, policies in layers:
        hit = denying(policies, request, bounded=bool(boundary))
        if hit:
            return Decision("ExplicitDeny", layer, hit[0].name, hit[1])
    return None


def _grants(request: Request, resource: Policy | None) -> dict[Directness, Hit]:
    """Give the first statement of the resource's policy that grants, for each way of naming the one who asks."""
    ways: tuple[Directness, ...] = ("direct", "role", "account")
    found = {way: allowing([resource] if resource else [], request, way=way) for way in ways}
    return {way: hit for way, hit in found.items() if hit}


def _by_resource(hit: Hit | None) -> Decision:
    return Decision("Allow", "resource", hit[0].name, hit[1]) if hit else Decision("ImplicitDeny", "resource")


def _by_identity(request: Request, identity: Sequence[Policy]) -> Decision:
    hit = allowing(identity, request)
    if hit:
        return Decision("Allow", "identity", hit[0].name, hit[1])
    is_root = request.principal is not None and request.principal.is_root
    return Decision("Allow" if is_root else "ImplicitDeny", "identity")


def _cross_account(
    request: Request, identity: Sequence[Policy], limits: _Limits, granted: dict[Directness, Hit]
) -> Decision:
    """Both sides must allow; the resource's side is named as the one that decided."""
    own = _by_identity(request, identity)
    if not own.allowed:
        return own
    missing = limits.missing(request)
    if missing:
        return Decision("ImplicitDeny", missing)
    return _by_resource(next(iter(granted.values()), None))


def _same_account(
    request: Request, identity: Sequence[Policy], limits: _Limits, granted: dict[Directness, Hit], has_policy: bool
) -> Decision:
    """One grant is enough; only a direct one of the resource's policy goes beyond boundary and session policies."""
    if "direct" in granted:
        return _by_resource(granted["direct"])
    own = _by_identity(request, identity)
    strict = has_policy and request.action.lower().startswith(_STRICT_SERVICES)
    if "role" in granted:
        grant = _by_resource(granted["role"])
    elif strict and own.allowed and "account" not in granted:
        grant = _by_resource(None)
    else:
        grant = own
    missing = limits.missing(request) if grant.allowed else None
    return Decision("ImplicitDeny", missing) if missing else grant
