"""The decision function against a second opinion: @cloud-copilot/iam-simulate, in a process of its own.

That simulator is AGPL software. It is used here, in development, as a program that answers questions; nothing of it is
shipped with gdkit or imported by it. ``make oracle`` installs it and runs this file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.policy.cases import CONTEXT, Case, Maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).parent / "oracle"
SEED, CASES = int(os.environ.get("GDKIT_ORACLE_SEED", "20261123")), 20_000
WORDS = {"Allowed": "Allow", "ExplicitlyDenied": "ExplicitDeny", "ImplicitlyDenied": "ImplicitDeny"}
_VARIABLE = re.compile(r"\$\{([^},?*$]+)\}")


def as_list(found: Any) -> list[Any]:
    """Give a list of what may stand alone."""
    return found if isinstance(found, list) else [found]


def conditions(case: Case) -> Iterator[tuple[str, str, list[str]]]:
    """Give operator, key and values of every condition of a case."""
    for statement in case.statements():
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                yield operator, key, [str(value) for value in as_list(values)]


def unresolved(case: Case, text: str) -> bool:
    """Tell whether the text has a variable that gets no value."""
    present = {key.lower() for key, value in case.context.items() if isinstance(value, str)}
    return any(name.lower() not in present for name in _VARIABLE.findall(text))


def negated_variable(case: Case) -> bool:
    """IAM User Guide: an inverted operator matches where a variable has no value; the oracle says it never does."""
    return any("Not" in name and any(unresolved(case, text) for text in texts) for name, _, texts in conditions(case))


def not_resource_variable(case: Case) -> bool:
    """A NotResource with a variable that has no value names nothing; for the oracle the statement does not apply."""
    texts = [text for statement in case.statements() for text in as_list(statement.get("NotResource", []))]
    return any(unresolved(case, text) for text in texts)


def epoch_date(case: Case) -> bool:
    """IAM User Guide: a date may be seconds since 1970; the oracle takes them for milliseconds."""
    dates = [text for name, _, texts in conditions(case) if "Date" in name for text in texts]
    return any(text.isdigit() for text in [*dates, case.context.get("aws:TokenIssueTime", "")]) and bool(dates)


def old_version(case: Case) -> bool:
    """Documents of 2008 know no variables, not even ``${*}``; the oracle expands them all the same."""
    return any("Version" not in document and "${" in json.dumps(document) for document in case.documents())


def session_named(case: Case) -> bool:
    """IAM User Guide: session policies do not limit a resource's grant to the session itself; in the oracle they do."""
    return bool(case.session and case.resource_policy)


def empty_text(case: Case) -> bool:
    """IAM User Guide: ForAllValues holds where the key's values are empty text; the oracle compares the empty text."""
    return case.context.get("aws:CalledVia") == [""] and any("ForAllValues" in name for name, _, _ in conditions(case))


def other_family(case: Case) -> bool:
    """An IPv6 address is not the one IPv4 address that NotIpAddress names; the oracle says that nothing can be told."""
    bare = any("NotIp" in name and any("/" not in text for text in texts) for name, _, texts in conditions(case))
    return bare and ":" in case.context.get("aws:SourceIp", "")


def whole_range(case: Case) -> bool:
    """Every IPv4 address is in 0.0.0.0/0; in the oracle none but 0.0.0.0 is: JavaScript cannot shift by 32 bits."""
    return any("Ip" in name and "0.0.0.0/0" in texts for name, _, texts in conditions(case))


def escaped_sign(case: Case) -> bool:
    """IAM User Guide: ``${*}`` is an asterisk where variables are; the oracle's String(Not)Equals leave it as it is."""
    return any("Equals" in name and any("${*}" in text for text in texts) for name, _, texts in conditions(case))


KNOWN: tuple[Callable[[Case], bool], ...] = (
    negated_variable,
    not_resource_variable,
    epoch_date,
    old_version,
    session_named,
    empty_text,
    other_family,
    whole_range,
    escaped_sign,
)
"""Every difference that is understood: where it can arise, and in its docstring why gdkit decides as it does."""


def answers(cases: list[Case]) -> list[dict[str, Any]]:
    """Ask the oracle."""
    lines = "\n".join(json.dumps(case.asked()) for case in cases)
    node = shutil.which("node") or "node"
    run = subprocess.run(  # noqa: S603
        [node, "oracle.mjs"], input=lines, text=True, capture_output=True, cwd=FOLDER, check=True, timeout=300
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def absent() -> str:
    """Say why the oracle cannot run; empty where it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    installed = (FOLDER / "node_modules" / "@cloud-copilot" / "iam-simulate").is_dir()
    return "" if installed else "the oracle is not installed: run make oracle"


@pytest.mark.oracle
def test_agrees_with_the_oracle(capsys: pytest.CaptureFixture[str]) -> None:
    """Over thousands of random cases the decision is the oracle's, except where a known difference explains it."""
    why = absent()
    if why and os.environ.get("GDKIT_REQUIRE_ORACLE") != "1":
        pytest.skip(why)
    assert not why
    maker = Maker(Random(SEED))  # noqa: S311
    cases = [maker.case() for _ in range(CASES)]
    found = answers(cases)
    assert len(found) == CASES
    assert not [(answer, case) for answer, case in zip(found, cases, strict=True) if "result" not in answer][:1]
    assert not {key for answer in found for key in answer["ignored"]}
    counts: Counter[str] = Counter()
    unexplained: list[str] = []
    for case, answer in zip(cases, found, strict=True):
        mine, theirs = case.decide(), WORDS[answer["result"]]
        reasons = [known.__name__ for known in KNOWN if known(case)]
        counts["could differ"] += bool(reasons)
        counts[f"decision {mine.decision} by {mine.layer}"] += 1
        if mine.decision == theirs:
            counts["agree"] += 1
        elif reasons:
            counts[f"differ: {', '.join(reasons)}"] += 1
        else:
            unexplained.append(f"{mine.explain()} Oracle: {theirs}. {json.dumps(case.asked())}")
    counts["unexplained"] = len(unexplained)
    with capsys.disabled():
        print(f"\n{CASES} cases, seed {SEED}")
        print("\n".join(f"{number:7} {name}" for name, number in counts.most_common()))
    assert not unexplained, "\n".join(unexplained[:3])
    assert counts["could differ"] < CASES * 0.3
    assert all(counts[f"differ: {known.__name__}"] for known in KNOWN), "a known difference no longer occurs"


def test_cases_reach_everything() -> None:
    """The random cases hold every kind of principal, layer and operator, so that the comparison means something."""
    maker = Maker(Random(SEED))  # noqa: S311
    cases = [maker.case() for _ in range(3000)]
    from gdkit.policy.operators import BASES, parse_operator

    written = {name for case in cases for name, _, _ in conditions(case)}
    operators = [operator for name in written if (operator := parse_operator(name))]
    assert {operator.base.name for operator in operators} == {base.name for base in BASES.values()}
    assert {(operator.quantifier, operator.if_exists) for operator in operators} == {
        (quantifier, if_exists) for quantifier in (None, "all", "any") for if_exists in (False, True)
    }
    assert {case.principal.kind for case in cases} == {"AWS", "Service", "Anonymous"}
    assert {key for case in cases for key in case.context} == set(CONTEXT)
    decisions = {(decision.decision, decision.layer) for decision in (case.decide() for case in cases)}
    layers = ("scp", "resource", "identity", "boundary", "session")
    assert decisions >= {(outcome, layer) for outcome in ("ExplicitDeny", "ImplicitDeny") for layer in layers}
    assert all(any(known(case) for case in cases) for known in KNOWN)
