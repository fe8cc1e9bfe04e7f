"""What a call made or changed that can act by itself, and how the calls made through it are recognised."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from gdkit.analysis.lineage.carriers import CARRIERS, Carrier
from gdkit.analysis.lineage.reach import role_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_LABEL = 200
"""Characters of a name that a node keeps; the event holds it whole."""

_VERSION = re.compile(r"\d{8}(?:v\d+)?$")
_INSTANCE = re.compile(r'"instanceId":"(i-[0-9a-fA-F]{8,17})"')
_ACCOUNT = re.compile(r"(?:^|:)(\d{12})(?::|$)")


@dataclass(frozen=True, slots=True)
class Handle:
    """How calls made through a thing are recognised; the fields are columns of ``reach.GRANTS``."""

    by: str
    value: str
    strength: str
    only: str = "all"
    detail: str | None = None
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call that makes or changes things."""

    operation: str
    account_id: str
    request: dict[str, Any]
    answer: dict[str, Any]
    answer_text: str

    def asked(self, path: str) -> str | None:
        """Give the first text at a dotted path of the request, or of the answer."""
        return next((text for part in (self.request, self.answer) for text in texts_at(part, path)), None)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a call made or changed, or would have.

    Attributes:
        kind: the node's kind.
        node: the node's id.
        label: its name.
        handles: how its calls are recognised; none where no log tells them apart.
    """

    kind: str
    node: str
    label: str
    handles: tuple[Handle, ...] = ()


def operation_of(event_source: object, event_name: object) -> str:
    """Give service and operation, as the tables of calls here name them; Lambda's API version is left out."""
    service = str(event_source or "").removesuffix(".amazonaws.com")
    name = str(event_name or "")
    return f"{service} {_VERSION.sub('', name) if service == 'lambda' else name}"


def things_of(call: Call) -> list[Thing]:
    """Give what a call made or changed; nothing where its record does not name it."""
    maker = MAKERS.get(call.operation)
    if maker is not None:
        return list(maker(call))
    carrier = CARRIERS.get(call.operation)
    return list(_carried(call, carrier)) if carrier is not None else []


def parsed(text: object) -> dict[str, Any]:
    """Give the object in a column of JSON text; empty where it is cut, missing or something else."""
    if not isinstance(text, str) or text[:1] != "{":
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def texts_at(value: Any, path: str) -> Iterator[str]:
    """Give the texts at a dotted path of a parsed value; lists on the way are entered."""
    if isinstance(value, list):
        for item in value:
            yield from texts_at(item, path)
    elif not path:
        if isinstance(value, str) and value:
            yield value
    elif isinstance(value, dict):
        head, _, rest = path.partition(".")
        yield from texts_at(value.get(head), rest)


def _thing(kind: str, name: str | None, account_id: str, *handles: Handle) -> Iterator[Thing]:
    if name:
        short = name if len(name) <= LONGEST_LABEL else name[:LONGEST_LABEL] + "…"
        yield Thing(kind, f"{kind}:{account_id}:{name}", short, handles)


def _user(call: Call) -> Iterator[Thing]:
    name, unique_id = call.asked("userName"), next(texts_at(call.answer, "user.userId"), None)
    by_id = Handle("principal_id", unique_id or "", "created", certain=True)
    by_name = Handle("user", f"{call.account_id}:{name}", "created")
    yield from _thing("user", name, call.account_id, by_id if unique_id else by_name)


def _login_profile(call: Call) -> Iterator[Thing]:
    name = call.asked("userName")
    handle = Handle("user", f"{call.account_id}:{name}", "changed", "console")
    yield from _thing("login_profile", name, call.account_id, handle)


def _role(call: Call) -> Iterator[Thing]:
    name, unique_id = call.asked("roleName"), next(texts_at(call.answer, "role.roleId"), None)
    key = f"{call.account_id}:{name}"
    by_id = Handle("role_id", unique_id or "", "created", certain=True)
    own = by_id if unique_id else Handle("session_role", key, "created")
    yield from _thing("role", name, call.account_id, own, Handle("asked_role", key, "created", "outside", "*"))


def _trust(call: Call) -> Iterator[Thing]:
    name = call.asked("roleName")
    key = f"{call.account_id}:{name}"
    trusted = _trusted(call.asked("policyDocument") or "", call.account_id)
    handles = [Handle("asked_role", key, "changed", "outside", account) for account in trusted]
    yield from _thing("role", name, call.account_id, *handles)


def _trusted(document: str, own_account: str) -> list[str]:
    """Give the other accounts that a trust policy lets in; "*" stands for all of them.

    Source: IAM User Guide, "AWS JSON policy elements: Principal".
    """
    policy = parsed(unquote(document) if document.startswith("%7B") else document.strip())
    statements = policy.get("Statement")
    found: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal") if isinstance(statement, dict) else None
        names = ["*"] if principal == "*" else list(texts_at(principal, "AWS"))
        names += ["*"] if list(texts_at(principal, "Federated")) else []
        for name in names:
            account = _ACCOUNT.search(name)
            found |= {"*"} if name == "*" else ({account[1]} if account else set())
    return sorted(found - {own_account})


def _instances(call: Call) -> Iterator[Thing]:
    """Give the instances that were started; their ids are read from the text, which may be cut."""
    for name in dict.fromkeys(_INSTANCE.findall(call.answer_text)):
        yield Thing("instance", name, name, (Handle("session_name", name, "created", certain=True),))
    if not call.answer_text:
        yield from _thing("instance", call.asked("iamInstanceProfile.name") or "(asked for)", call.account_id)


def _instance_role(call: Call) -> Iterator[Thing]:
    """Give the instance that got another profile; its role is known by a profile of the same name alone."""
    name = _first(call, ("Request.InstanceId", "Response.iamInstanceProfileAssociation.instanceId"))
    profile = _first(call, ("Request.IamInstanceProfile.Name", "Request.IamInstanceProfile.Arn"))
    if name:
        handle = Handle("session_name", name, "changed", "new_role", profile.rpartition("/")[2] if profile else None)
        yield Thing("instance", name, name, (handle,) if profile else ())


def _first(call: Call, paths: tuple[str, ...]) -> str | None:
    head = call.operation.removeprefix("ec2 ")
    return next((text for path in paths if (text := call.asked(head + path))), None)


def _tasks(call: Call) -> Iterator[Thing]:
    for arn in texts_at(call.answer, "tasks.taskArn"):
        name = arn.rpartition("/")[2]
        yield from _thing("task", name, call.account_id, Handle("session_name", name, "created", certain=True))
    if not call.answer:
        yield from _thing("task", call.asked("taskDefinition"), call.account_id)


def _build(call: Call) -> Iterator[Thing]:
    name = next(texts_at(call.answer, "build.id"), None)
    session = f"AWSCodeBuild-{(name or '').rpartition(':')[2]}"
    handles = [Handle("session_name", session, "created", certain=True)] if name else []
    yield from _thing("build", name or call.asked("projectName"), call.account_id, *handles)


def _trust_anchor(call: Call) -> Iterator[Thing]:
    arn = next(texts_at(call.answer, "trustAnchor.trustAnchorArn"), None)
    handles = [Handle("event_name", "CreateSession", "created", "names", arn)] if arn else []
    yield from _thing("trust_anchor", call.asked("name") or arn, call.account_id, *handles)


def _saml_provider(call: Call) -> Iterator[Thing]:
    made = call.operation == "iam CreateSAMLProvider"
    arn = call.asked("sAMLProviderArn") or call.asked("samlProviderArn")
    way = "created" if made else "changed"
    handles = [Handle("event_name", "AssumeRoleWithSAML", way, "names", arn)] if arn else []
    yield from _thing("identity_provider", arn or call.asked("name"), call.account_id, *handles)


def _carried(call: Call, carrier: Carrier) -> Iterator[Thing]:
    name = call.asked(carrier.name)
    if name and carrier.kind == "function":
        name = name.split(":function:")[-1].split(":")[0]
    roles = dict.fromkeys(role_key(role, call.account_id) for path in carrier.roles
                          for part in (call.request, call.answer) for role in texts_at(part, path))  # fmt: skip
    way = "created" if carrier.made else "changed"
    handles: list[Handle] = []
    for role in filter(None, roles):
        if carrier.own_session:
            handles.append(Handle("session_role", role, way, "session", name))
        if carrier.prefix:
            handles.append(Handle("session_role", role, "changed", "prefix", carrier.prefix))
        if carrier.service:
            handles.append(Handle("asked_role", role, "changed", "service", carrier.service))
    yield from _thing(carrier.kind, name or call.operation, call.account_id, *handles)


MAKERS: dict[str, Callable[[Call], Iterator[Thing]]] = {
    "iam CreateUser": _user,
    "iam CreateLoginProfile": _login_profile,
    "iam UpdateLoginProfile": _login_profile,
    "iam CreateRole": _role,
    "iam UpdateAssumeRolePolicy": _trust,
    "iam CreateSAMLProvider": _saml_provider,
    "iam UpdateSAMLProvider": _saml_provider,
    "ec2 RunInstances": _instances,
    "ec2 AssociateIamInstanceProfile": _instance_role,
    "ec2 ReplaceIamInstanceProfileAssociation": _instance_role,
    "ecs RunTask": _tasks,
    "ecs StartTask": _tasks,
    "codebuild StartBuild": _build,
    "rolesanywhere CreateTrustAnchor": _trust_anchor,
}
"""Calls that make or change an identity or something that acts by itself, besides ``carriers.CARRIERS``."""

OPERATIONS = frozenset(MAKERS) | frozenset(CARRIERS)
"""Every call that is looked into."""
