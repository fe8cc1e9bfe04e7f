"""Who or what an event must name to be asked for: a key, a principal, a session, an instance, an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from gdkit.identifiers import is_instance_id
from gdkit.trail.query.partitions import one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gdkit.trail.fetched.question import Question

_ESCAPE = "!"
"""Stands in no identifier, so that it can say in a pattern that an underscore is one."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Where a table says who called, from where, and with what request and answer; each is an expression.

    Attributes:
        principal: ``roleId:session-name``.
        address: where the call came from; several where a table tells addresses from names.
        request: the parameters as JSON text, of which the session's name that was asked for can be read.
        texts: requests and answers as text, in which any identifier can be mentioned.
        elsewhere: other columns as text, in which an instance can be mentioned: what a service adds, and resources.
    """

    key: exp.Expr
    principal: exp.Expr
    arn: exp.Expr
    user: exp.Expr
    address: exp.Expr
    request: exp.Expr
    texts: tuple[exp.Expr, ...]
    elsewhere: tuple[exp.Expr, ...] = ()


def names_asked(roles: Roles, question: Question) -> exp.Expr | None:
    """Write the condition that an event names what is asked for; None where everything is asked for.

    A key and a principal are looked for in who called and in what a call was answered, for the call that issued a key
    tells when it ends. An instance is looked for in everything that a call says of its object, for calls on it.
    """
    asked = [condition for part in (_callers, _sessions, _places) for condition in part(roles, question)]
    return exp.or_(*asked) if asked else None


def _callers(roles: Roles, question: Question) -> Iterator[exp.Expr]:
    if question.access_key_ids:
        yield one_of(roles.key.copy(), question.access_key_ids)
    if question.principal_ids:
        yield one_of(roles.principal.copy(), question.principal_ids)
    for text in (*question.access_key_ids, *question.principal_ids):
        yield from _mentions(roles.texts, text)


def _sessions(roles: Roles, question: Question) -> Iterator[exp.Expr]:
    for name in question.session_names:
        yield _ends_in(roles.principal, f":{name}")
        yield _ends_in(roles.arn, f"/{name}")
    if question.session_names:
        yield one_of(roles.user.copy(), question.session_names)
    others = [name for name in question.session_names if not is_instance_id(name)]
    if others:  # an instance's id is looked for in the whole request
        asked = exp.func("json_extract_scalar", roles.request.copy(), exp.Literal.string("$.roleSessionName"),
                         dialect="trino")  # fmt: skip
        yield one_of(asked, others)
    instances = {*filter(is_instance_id, question.session_names), question.instance_id} - {None}
    for instance in sorted(map(str, instances)):
        yield from _mentions((*roles.texts, *roles.elsewhere), instance)


def _places(roles: Roles, question: Question) -> Iterator[exp.Expr]:
    if question.addresses:
        yield one_of(roles.address.copy(), question.addresses)


def _mentions(places: Iterable[exp.Expr], text: str) -> Iterator[exp.Expr]:
    for place in places:
        found = exp.func("strpos", place.copy(), exp.Literal.string(text), dialect="trino")
        yield exp.GT(this=found, expression=exp.Literal.number(0))


def _ends_in(value: exp.Expr, text: str) -> exp.Expr:
    pattern = "".join(f"{_ESCAPE}{letter}" if letter in f"%_{_ESCAPE}" else letter for letter in text)
    like = exp.Like(this=value.copy(), expression=exp.Literal.string(f"%{pattern}"))
    return exp.Escape(this=like, expression=exp.Literal.string(_ESCAPE))
