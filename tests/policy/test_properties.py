"""What must hold for all policies and requests, and for patterns however they are made."""

from __future__ import annotations

import fnmatch
import re
import time
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import PolicyError
from gdkit.policy import parse_policy, parse_policy_closed
from gdkit.policy.patterns import MANY, Variable, action_matches, matches, resource_template, template_of
from tests.policy.cases import Case, Maker
from tests.policy.samples import statement

RANK = {"Allow": 2, "ImplicitDeny": 1, "ExplicitDeny": 0}
CASES = st.integers(0, 2**32).map(lambda seed: Maker(Random(seed)).case())  # noqa: S311
STATEMENTS = (
    st.integers(0, 2**32)
    .map(lambda seed: Maker(Random(seed)).statement("Deny"))  # noqa: S311
    .filter(lambda row: "${aws:SecureTransport}" not in str(row))
)
"""Statements that documents of both versions may hold: Bool takes variables in the newer one only."""


def document(*rows: Any) -> dict[str, Any]:
    """Give a document of statements."""
    return {"Version": "2012-10-17", "Statement": list(rows)}


@given(CASES, STATEMENTS)
def test_a_deny_never_opens(case: Case, row: dict[str, Any]) -> None:
    """One more Deny, in any layer, never makes a decision more open."""
    before = RANK[case.decide().decision]
    more = document(row)
    changed = [replace(case, identity=[*case.identity, more])]
    changed += [replace(case, scps=[[*case.scps[0], more], *case.scps[1:]])] if case.scps else []
    for layer in ("boundary", "session"):
        old = getattr(case, layer)
        changed += [replace(case, **{layer: old | {"Statement": [*old["Statement"], row]}})] if old else []
    if case.resource_policy:
        rows = [*case.resource_policy["Statement"], row | {"Principal": "*"}]
        changed.append(replace(case, resource_policy=case.resource_policy | {"Statement": rows}))
    assert all(RANK[other.decide().decision] <= before for other in changed)


@given(CASES, STATEMENTS)
def test_an_allow_never_closes(case: Case, row: dict[str, Any]) -> None:
    """One more Allow among the identity's policies never makes a decision more closed."""
    more = document(row | {"Effect": "Allow"})
    assert RANK[replace(case, identity=[*case.identity, more]).decide().decision] >= RANK[case.decide().decision]


@given(CASES, st.randoms(use_true_random=False))
def test_order_means_nothing(case: Case, random: Random) -> None:
    """The order of statements, policies and levels does not change the decision."""

    def mixed(rows: Any) -> Any:
        return random.sample(rows, len(rows))

    def shuffled(found: Any) -> Any:
        return found and found | {"Statement": mixed(found["Statement"])}

    other = replace(
        case,
        identity=mixed([shuffled(found) for found in case.identity]),
        boundary=shuffled(case.boundary),
        session=shuffled(case.session),
        resource_policy=shuffled(case.resource_policy),
        scps=mixed([mixed(level) for level in case.scps]),
    )
    assert other.decide().decision == case.decide().decision


@given(CASES)
def test_limits_never_open(case: Case) -> None:
    """A boundary, a session policy or a level of the organisation that allows everything changes no decision."""
    everything = document(statement("Allow"))
    decision = case.decide().decision
    assert replace(case, scps=[*case.scps, [everything]]).decide().decision == decision
    if case.session is None and case.principal.kind == "AWS":
        assert replace(case, session=everything).decide().decision == decision


@given(CASES)
def test_decision_names_what_decided(case: Case) -> None:
    """A decision by a statement names one of the right effect; a decision for want of an Allow names none."""
    found = case.decide()
    effects = {"Allow": "Allow", "ExplicitDeny": "Deny"}
    if found.decision == "ImplicitDeny":
        assert (found.policy, found.statement) == (None, None)
    else:
        assert found.statement is not None
        assert found.statement.effect == effects[found.decision]


@given(CASES)
def test_same_question_same_answer(case: Case) -> None:
    """Asking twice gives the same decision, to the statement."""
    assert case.decide() == case.decide()


ELEMENT_NAMES = st.sampled_from(
    [
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Principal",
        "Condition",
        "Bool",
        "Sid",
        "AWS",
    ]
) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ELEMENT_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(JSON | st.text(), st.sampled_from(["identity", "resource"]))
def test_any_document_is_read_or_refused(found: Any, kind: Any) -> None:
    """Whatever stands in a document, it is read or refused by name, and the closed reader always gives a policy."""
    try:
        parse_policy(found, name="odd", kind=kind)
    except PolicyError as error:
        assert "policy 'odd'" in error.where
        assert parse_policy_closed(found, name="odd", kind=kind).statements[0].effect == "Deny"


PATTERN = st.text(alphabet="ab*?:/", max_size=10)
TEXT = st.text(alphabet="ab:/", max_size=12)


def plain(template: Any) -> Any:
    """Give the tokens of a template without variables."""
    assert not any(isinstance(piece, Variable) for piece in template)
    return template


@given(PATTERN, TEXT)
def test_wildcards_are_those_of_the_shell(pattern: str, text: str) -> None:
    """An asterisk stands for any text and a question mark for any character, as in a shell."""
    expected = re.fullmatch(fnmatch.translate(pattern), text) is not None
    assert matches(plain(template_of(pattern, False)), text) is expected
    assert action_matches(pattern.upper(), text) is expected


@given(PATTERN, TEXT)
def test_resource_patterns_cover_no_more(pattern: str, text: str) -> None:
    """Before the fifth colon a wildcard covers less than in free text, never more; behind it, the same."""
    bounded = matches(plain(resource_template(pattern, True)), text)
    assert not bounded or matches(plain(template_of(pattern, False)), text)
    head = "arn:aws:s3:::"
    assert matches(plain(resource_template(head + pattern, True)), head + text) is matches(
        plain(template_of(pattern, False)), text
    )


@given(st.text(max_size=30))
def test_any_text_can_be_a_pattern(text: str) -> None:
    """No text breaks the reading of patterns, and text without signs matches itself alone."""
    template_of(text, True)
    if not set(text) & set("*?"):
        assert matches(plain(template_of(text, False)), text)
        assert not matches(plain(template_of(text, False)), text + "x")


def test_hostile_pattern_takes_no_time() -> None:
    """A pattern made to keep a matcher busy is decided at once."""
    pattern, text = "*a" * 60 + "b", "a" * 400
    started = time.perf_counter()
    assert not matches(plain(template_of(pattern, False)), text)
    assert time.perf_counter() - started < 2
    assert matches((MANY,), text)
