"""IAM policy documents: read and checked once, so that a decision about them cannot fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from gdkit.errors import PolicyError
from gdkit.policy.operators import Operator, parse_operator
from gdkit.policy.principals import PrincipalEntry, parse_principals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Effect = Literal["Allow", "Deny"]
PolicyKind = Literal["identity", "resource"]

OLD_VERSION = "2008-10-17"
"""The version that a document without ``Version`` has. Source: IAM User Guide, "IAM JSON policy elements: Version"."""
VERSION = "2012-10-17"
"""The version that knows policy variables."""

_TOP = {"Version", "Id", "Statement"}
_ELEMENTS = {
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
}
_ACTION = "write * or service:Operation; * and ? are wildcards"
_RESOURCE = "write * or an ARN"

Json: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator over one condition key, with the policy's values as text.

    Attributes:
        name: the operator as it is written.
        key: the condition key as it is written; case has no meaning.
        variables: whether ``${...}`` in the values has a meaning.
    """

    name: str
    operator: Operator
    key: str
    values: tuple[str, ...]
    variables: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        index: its place in the document, from 0.
        sid: its Sid; empty where it has none.
        actions: what ``Action`` names, or ``NotAction`` where ``not_action`` is set.
        resources: what ``Resource`` or ``NotResource`` names; None where it has neither, as in a trust policy.
        principals: what ``Principal`` or ``NotPrincipal`` names; None in policies of an identity.
        variables: whether ``${...}`` has a meaning.
    """

    effect: Effect
    index: int
    sid: str
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...] | None
    not_resource: bool
    principals: tuple[PrincipalEntry, ...] | None
    not_principal: bool
    conditions: tuple[Condition, ...]
    variables: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document that was read and found well formed.

    Attributes:
        name: how the caller calls it; decisions and errors name it so.
    """

    name: str
    version: str
    statements: tuple[Statement, ...]


def parse_policy(document: str | Json, *, name: str, kind: PolicyKind = "identity") -> Policy:
    """Read a policy document.

    Args:
        document: its JSON text, or the object that the text holds.
        name: what to call it in decisions and errors, for example its ARN or the inline policy's name.
        kind: ``resource`` for policies with a principal (bucket, queue, key, role trust); ``identity`` for all others:
            those of users and roles, boundaries, session policies, service control policies.

    Returns:
        The policy.

    Raises:
        PolicyError: the document is malformed, or holds an element, operator or value that gdkit does not understand.
            Its ``where`` names policy, statement and field.

    Source: IAM User Guide, "Grammar of the IAM JSON policy language".
    """
    where = f"policy {_short(name)}"
    body = _object(_decoded(document, where), where)
    _no_other(body, _TOP, where)
    version = body.get("Version", OLD_VERSION)
    if not isinstance(version, str) or version not in {OLD_VERSION, VERSION}:
        raise PolicyError(f"{_short(version)} is no version of the policy language", where=f"{where}, Version")
    if "Statement" not in body:
        raise PolicyError("the document has no Statement", where=where)
    found = body["Statement"]
    rows = found if isinstance(found, list | tuple) else [found]
    places = (f"{where}, statement {index}" for index in range(len(rows)))
    statements = tuple(
        _statement(_object(row, place), index, kind, version == VERSION, place)
        for index, (row, place) in enumerate(zip(rows, places, strict=True))
    )
    return Policy(name, version, statements)


def parse_policy_closed(document: str | Json, *, name: str, kind: PolicyKind = "identity") -> Policy:
    """Read a policy document for a caller who must fail closed: one that cannot be read denies everything.

    The decision then names the policy, and its statement's Sid says ``GdkitUnreadable``. Do not use it to prove that a
    Deny works: a proof needs the error of ``parse_policy``.
    """
    try:
        return parse_policy(document, name=name, kind=kind)
    except PolicyError:
        everybody = (PrincipalEntry("AWS", "*"),) if kind == "resource" else None
        deny = Statement("Deny", 0, "GdkitUnreadable", ("*",), False, None, False, everybody, False, (), False)
        return Policy(name, VERSION, (deny,))


def _decoded(document: object, where: str) -> object:
    if not isinstance(document, str):
        return document

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [pair[0] for pair in pairs]
        if len(set(names)) != len(names):
            raise PolicyError("a name stands twice in one JSON object", where=where)
        return dict(pairs)

    try:
        return json.loads(document, object_pairs_hook=once, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise PolicyError("the document is no JSON", where=where) from error


def _statement(row: Json, index: int, kind: PolicyKind, variables: bool, where: str) -> Statement:
    sid = row.get("Sid", "")
    if not isinstance(sid, str):
        raise PolicyError("the Sid is no text", where=f"{where}, Sid")
    where = f"{where} ({_short(sid)})" if sid else where
    _no_other(row, _ELEMENTS, where)
    effect = row.get("Effect")
    if not isinstance(effect, str) or effect not in {"Allow", "Deny"}:
        raise PolicyError("the Effect must be Allow or Deny", where=f"{where}, Effect")
    action = _one_of(row, "Action", where)
    resource = _one_of(row, "Resource", where) if kind == "identity" or _has(row, "Resource") else None
    principal = _one_of(row, "Principal", where) if kind == "resource" or _has(row, "Principal") else None
    if kind == "identity" and principal:
        raise PolicyError("only a policy of a resource names principals", where=f"{where}, {principal}")
    return Statement(
        effect=cast("Effect", effect),
        index=index,
        sid=sid,
        actions=_checked(row[action], f"{where}, {action}", _is_action, _ACTION),
        not_action=action == "NotAction",
        resources=_checked(row[resource], f"{where}, {resource}", _is_resource, _RESOURCE) if resource else None,
        not_resource=resource == "NotResource",
        principals=parse_principals(row[principal], f"{where}, {principal}") if principal else None,
        not_principal=principal == "NotPrincipal",
        conditions=tuple(_conditions(row.get("Condition", {}), variables, f"{where}, Condition")),
        variables=variables,
    )


def _has(row: Json, element: str) -> bool:
    return element in row or f"Not{element}" in row


def _one_of(row: Json, element: str, where: str) -> str:
    """Give the one of ``X`` and ``NotX`` that the statement has."""
    present = [name for name in (element, f"Not{element}") if name in row]
    if len(present) != 1:
        raise PolicyError(f"a statement has either {element} or Not{element}", where=where)
    return present[0]


def _is_action(text: str) -> bool:
    service, colon, operation = text.partition(":")
    plain = not any(character.isspace() or character == ":" for character in operation)
    return text == "*" or bool(service and colon and operation and plain)


def _is_resource(text: str) -> bool:
    return text == "*" or text.startswith("arn:")


def _checked(found: object, where: str, accept: Callable[[str], bool], advice: str) -> tuple[str, ...]:
    texts = _texts(found, where)
    for text in texts:
        if not accept(text):
            raise PolicyError(f"{_short(text)} cannot stand here", where=where, action=advice)
    return texts


def _conditions(block: object, variables: bool, where: str) -> Iterable[Condition]:
    for name, keys in _object(block, where).items():
        operator = parse_operator(name)
        if operator is None:
            raise PolicyError(f"{_short(name)} is no condition operator", where=where)
        for key, found in _object(keys, f"{where}.{name}").items():
            place = f"{where}.{name}.{_short(key)}"
            values = _texts(found, place)
            _readable(operator, values, variables, place)
            yield Condition(name, operator, key, values, variables)


def _readable(operator: Operator, values: tuple[str, ...], variables: bool, where: str) -> None:
    """Refuse values that the operator could never compare with anything."""
    for text in values:
        has_variable = variables and operator.base.variables and "${" in text
        if not has_variable and not operator.base.readable(text):
            raise PolicyError(f"{_short(text)} is no value for {operator.base.name}", where=where)


def _texts(found: object, where: str) -> tuple[str, ...]:
    """Give one value or a list of them as text; JSON's true, false and numbers become text."""
    values = found if isinstance(found, list | tuple) else [found]
    texts: list[str] = []
    for value in values:
        if isinstance(value, bool):
            texts.append("true" if value else "false")
        elif isinstance(value, str | int | float):
            texts.append(str(value))
        else:
            raise PolicyError("text or a list of text must stand here", where=where)
    return tuple(texts)


def _object(found: object, where: str) -> Json:
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise PolicyError("a JSON object must stand here", where=where)
    return found


def _no_other(found: Json, known: set[str], where: str) -> None:
    other = sorted(set(found) - known)
    if other:
        raise PolicyError(f"{_short(other[0])} is no element of the policy language", where=where)


def _short(found: object) -> str:
    """Quote text from a policy so that it stays short and on one line."""
    text = repr(found)
    return text if len(text) <= 80 else f"{text[:76]}...{text[-1]}"
