"""Whom the ``Principal`` of a resource's policy names, and how directly it names the one who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from gdkit.errors import PolicyError
from gdkit.identifiers import is_account_id, parse_arn, parse_assumed_role
from gdkit.policy.request import Principal, PrincipalKind

Directness: TypeAlias = Literal["direct", "role", "account"]
"""How an entry names the one who asks.

``direct``: the session, the user, the service, the provider itself, or everybody. ``role``: the role behind a session,
or the user behind a federated session. ``account``: the account, which hands the decision to its own policies.
"""

_KINDS = set(get_args(PrincipalKind)) - {"Anonymous"}


@dataclass(frozen=True, slots=True)
class PrincipalEntry:
    """One principal that a statement names.

    Attributes:
        kind: ``CanonicalUser`` names only one who is given to the decision by that id.
        value: ``*``, a twelve-digit account, an ARN, a service's host name or an identity provider. A unique id
            (``AROA…``) is what AWS leaves of a deleted principal: it names nobody.
    """

    kind: PrincipalKind
    value: str

    @property
    def account_id(self) -> str | None:
        """The account that the entry names as a whole; None for all other entries."""
        if self.kind != "AWS" or is_account_id(self.value):
            return self.value if self.kind == "AWS" else None
        arn = parse_arn(self.value)
        return arn.account_id if arn and arn.service == "iam" and arn.resource == "root" else None


def parse_principals(found: object, where: str) -> tuple[PrincipalEntry, ...]:
    """Read ``Principal`` or ``NotPrincipal``.

    Raises:
        PolicyError: it is malformed, or holds a wildcard where AWS allows none.

    Source: IAM User Guide, "AWS JSON policy elements: Principal".
    """
    if found == "*":
        return (PrincipalEntry("AWS", "*"),)
    if not isinstance(found, Mapping):
        raise PolicyError("a principal is * or a JSON object", where=where)
    if not found:
        raise PolicyError("no principal is named", where=where)
    entries: list[PrincipalEntry] = []
    for kind, values in found.items():
        if kind not in _KINDS:
            raise PolicyError(f"principals are one of {', '.join(sorted(_KINDS))}", where=where)
        for value in values if isinstance(values, list | tuple) else [values]:
            if not isinstance(value, str):
                raise PolicyError("text or a list of text must stand here", where=f"{where}.{kind}")
            if ("*" in value or "?" in value) and (kind, value) != ("AWS", "*"):
                raise PolicyError(
                    "a principal's name has no wildcards",
                    where=f"{where}.{kind}",
                    action="name each principal, or use * with a condition on aws:PrincipalArn",
                )
            entries.append(PrincipalEntry(cast("PrincipalKind", kind), value))
    return tuple(entries)


def directness(entry: PrincipalEntry, principal: Principal) -> Directness | None:
    """Tell how an entry names the one who asks; None where it does not.

    A role is known in an assumed-role ARN by its name alone, without its path, which is unique in an account.

    Source: IAM User Guide, "AWS JSON policy elements: Principal"; "Policy evaluation logic", table of resource-based
    policies and implicit denies.
    """
    if (entry.kind, entry.value) == ("AWS", "*"):
        return "direct"
    if entry.kind != principal.kind:
        return None
    if entry.kind != "AWS":
        return "direct" if entry.value == principal.name else None
    if entry.value == principal.name:
        return "role" if _is_role(principal.name) else "direct"
    if _is_behind(entry.value, principal.name):
        return "role"
    return "account" if entry.account_id and entry.account_id == principal.account_id else None


def _is_role(name: str) -> bool:
    arn = parse_arn(name)
    return arn is not None and arn.service == "iam" and arn.resource.startswith("role/")


def _is_behind(named: str, session: str) -> bool:
    """Tell whether an ARN is the role of a session, or the user of a federated session."""
    owner, asking = parse_arn(named), parse_arn(session)
    if not owner or not asking or owner.service != "iam" or asking.service != "sts":
        return False
    if (owner.partition, owner.account_id) != (asking.partition, asking.account_id):
        return False
    assumed = parse_assumed_role(session)
    if assumed:
        return owner.resource.startswith("role/") and owner.resource.rpartition("/")[2] == assumed.role_name
    return owner.resource == "user/" + asking.resource.removeprefix("federated-user/")
