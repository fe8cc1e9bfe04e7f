"""The proof against the second opinion: what it claims of ten thousand random changes is what the oracle decides."""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.policy.changes import SESSIONS, change, request_of
from tests.policy.test_oracle import KNOWN, SEED, WORDS, absent, answers, as_list, conditions

if TYPE_CHECKING:
    from tests.policy.cases import Case

CHANGES = 10_000


def no_resource(case: Case) -> bool:
    """Asked about no resource, or one with an asterisk in its name; the oracle then thinks of many resources."""
    patterns = [one for row in case.statements() for name in ("Resource", "NotResource")
                for one in as_list(row.get(name, []))]  # fmt: skip
    return "*" in case.resource and any(one != "*" for one in patterns)


def no_arn(case: Case) -> bool:
    """A value that is no ARN meets no ARN pattern, so the negated operators hold; for the oracle nothing holds then."""
    texts = {key.lower(): value for key, value in case.context.items()}
    compared = {key.lower() for name, key, _ in conditions(case) if "Arn" in name}
    return any(not str(texts.get(key, "arn:")).startswith("arn:") for key in compared)


NOT_ALIKE = (*KNOWN, no_resource, no_arn)
"""Every difference that is understood; each docstring says why gdkit decides as it does."""
CLAIMS = {"over": (True, False), "shut": (True, False), "under": (True, True), "loosened": (False, True)}


def claims() -> list[tuple[str, tuple[bool, bool] | None, bool, tuple[Case, Case]]]:
    """Give for each change what is claimed: of a counterexample both answers; of an exact proof what may not be.

    Each row: the kind, the answers before and after that a counterexample claims, whether its session is meant, and
    the two cases. For an exact proof a random request stands, and the kind is ``exact``.
    """
    random = Random(SEED)  # noqa: S311
    found = []
    for _ in range(CHANGES):
        made = change(random)
        proof = made.proof()
        for one in proof.counterexamples[:1]:
            found.append((one.kind, CLAIMS[one.kind], one.session.meant, made.cases(one.request)))
        if proof.exact and not made.left_open:
            session = random.choice(SESSIONS)
            found.append(("exact", None, session.meant, made.cases(request_of(session, random))))
    return found


@pytest.mark.oracle
def test_proofs_agree_with_the_oracle(capsys: pytest.CaptureFixture[str]) -> None:
    """Each counterexample shows for the oracle too what it says; nothing speaks against an exact proof."""
    why = absent()
    if why and os.environ.get("GDKIT_REQUIRE_ORACLE") != "1":
        pytest.skip(why)
    assert not why
    rows = claims()
    said = answers([case for *_, both in rows for case in both])
    counts: Counter[str] = Counter()
    unexplained = []
    for number, (kind, claimed, meant, both) in enumerate(rows):
        if not all("result" in answer and not answer["ignored"] for answer in said[2 * number : 2 * number + 2]):
            counts["not asked: AWS never puts this action and resource, or key, together"] += 1
            continue
        before, after = (WORDS[answer["result"]] == "Allow" for answer in said[2 * number : 2 * number + 2])
        agrees = _possible(before, after, meant=meant) if claimed is None else (before, after) == claimed
        known = any(reason(case) for reason in NOT_ALIKE for case in both)
        counts[f"{kind}: {'agree' if agrees else 'differ, known' if known else 'differ'}"] += 1
        if not agrees and not known:
            unexplained.append((kind, before, after, both))
    with capsys.disabled():
        print(f"\n{CHANGES} changes: {dict(sorted(counts.items()))}")
    assert not unexplained, unexplained[:2]
    assert sum(number for name, number in counts.items() if name.endswith(": agree")) > CHANGES * 0.5
    assert counts["over: agree"] > CHANGES * 0.1
    assert counts["under: agree"] > CHANGES * 0.1
    assert counts["exact: agree"] > CHANGES * 0.02


def _possible(before: bool, after: bool, *, meant: bool) -> bool:
    """Tell whether an exact change may have done this to a request: the meant keep nothing, the others all."""
    return not after if meant else before == after
