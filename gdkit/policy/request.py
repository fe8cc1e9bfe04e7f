"""What is to be decided: who asks for which action on which resource, in which circumstances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from gdkit.errors import UsageError
from gdkit.identifiers import parse_arn
from gdkit.policy.patterns import fixed

if TYPE_CHECKING:
    from gdkit.policy.patterns import Template, Tokens

PrincipalKind = Literal["AWS", "Service", "Federated", "CanonicalUser", "Anonymous"]

ContextValue: TypeAlias = str | tuple[str, ...]
"""One value, or a tuple for a multivalued key, even where that holds one value only."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes the request.

    Attributes:
        kind: as in a ``Principal`` element; ``Anonymous`` for an unsigned request.
        name: for ``AWS`` the ARN of root, user, assumed role or federated user as CloudTrail gives it; for ``Service``
            its host name; for ``Federated`` the identity provider; empty for ``Anonymous``.
    """

    kind: PrincipalKind
    name: str = ""

    @property
    def account_id(self) -> str | None:
        """The account that an AWS principal belongs to; None for the others."""
        arn = parse_arn(self.name) if self.kind == "AWS" else None
        return arn.account_id if arn else None

    @property
    def is_root(self) -> bool:
        """Whether it is the root user of an account."""
        arn = parse_arn(self.name) if self.kind == "AWS" else None
        return arn is not None and arn.service == "iam" and arn.resource == "root"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as IAM sees it.

    Attributes:
        action: ``service:Operation``.
        resource: the resource's ARN, or ``*`` for an action on none.
        context: condition keys, in any case, with one value (``str``) or, for a multivalued key, a list. A key that the
            request lacks is not there. ``aws:PrincipalArn`` of a session is the role's ARN: it is not derived from the
            principal.
        principal: who asks; needed for resource policies only.
        resource_account_id: the account that owns the resource; None means the principal's own.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    principal: Principal | None = None
    resource_account_id: str | None = None

    def __post_init__(self) -> None:
        if self.action.count(":") != 1:
            raise UsageError(f"{self.action[:80]!r} is no action", action="write it as service:Operation")
        if self.principal and self.principal.kind == "AWS" and not self.principal.account_id:
            raise UsageError("an AWS principal needs an ARN with an account", where="principal")
        object.__setattr__(self, "context", _context(self.context))

    def values(self, key: str) -> ContextValue | None:
        """Give what the request holds for a condition key; None where it lacks it. An empty list is no value."""
        found = self.context.get(key.lower())
        if found is None or isinstance(found, str):
            return found
        return tuple(found) or None

    def expand(self, template: Template) -> Tokens | None:
        """Put the request's values in the place of variables; None where one has neither a value nor a default.

        A multivalued key cannot be used as a variable. Wildcards inside a value stand for themselves.

        Source: IAM User Guide, "IAM policy elements: Variables and tags"; "Single-valued vs. multivalued context keys".
        """
        always = fixed(template)
        if always is not None:
            return always
        tokens: list[str] = []
        for piece in template:
            if isinstance(piece, str):
                tokens.append(piece)
                continue
            value = self.values(piece.key)
            text = value if isinstance(value, str) else piece.default
            if text is None:
                return None
            tokens += text
        return tuple(tokens)


def _context(given: Mapping[str, object]) -> dict[str, ContextValue]:
    """Check the condition keys and write them in lower case."""
    context: dict[str, ContextValue] = {}
    for key, value in given.items():
        if key.lower() in context:
            raise UsageError("a condition key stands twice, in upper and lower case", where=f"context key {key[:80]}")
        if isinstance(value, str):
            context[key.lower()] = value
        elif isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
            context[key.lower()] = tuple(value)
        else:
            raise UsageError("a condition key's value must be text or a list of text", where=f"context key {key[:80]}")
    return context
