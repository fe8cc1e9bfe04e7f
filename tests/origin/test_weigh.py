"""The weighing: what is proposed from which rows, and that nothing tips it that should not."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.origin.model import Evidence
from gdkit.origin.rules import AGAINST_BENIGN, BEYOND_LEAVE, FITS, ORIGIN_RULES, OWNERS, RULES_BY_NAME
from gdkit.origin.weigh import MOST_DECIDING, propose, weighed
from gdkit.origin.weighing_page import as_markdown

NAMES = [rule.name for rule in ORIGIN_RULES]
FACTS = [rule.name for rule in ORIGIN_RULES if rule.toward == "neither"]


def rows(*names: str) -> list[Evidence]:
    """Give one piece of evidence of each rule."""
    return [Evidence(name, f"about {name}", "a test") for name in names]


def proposed(*names: str) -> str:
    """Give what evidence of these rules proposes."""
    return propose(weighed(rows(*names))).value


def test_the_table_is_sound() -> None:
    """Every rule has one name, a weight from 0 to 9, a meaning and a source; facts weigh nothing, the others do."""
    assert len(RULES_BY_NAME) == len(ORIGIN_RULES)
    for rule in ORIGIN_RULES:
        assert 0 <= rule.weight <= 9
        assert rule.meaning.endswith(".")
        assert rule.source
        assert (rule.weight == 0) == (rule.toward == "neither")
    assert {RULES_BY_NAME[name].toward for name in OWNERS | FITS} == {"benign"}


def test_the_page_is_the_table() -> None:
    """The page of the documentation is what the table makes."""
    assert Path("docs/weighing.md").read_text(encoding="utf-8") == as_markdown(), "run: make docs"


@pytest.mark.parametrize(
    ("names", "value"),
    [
        ((), "undetermined"),
        (("guardduty_names_it", "place", "new_for_role", "amazons"), "undetermined"),
        (("team_network", "route_proven"), "benign"),
        (("team_network", "same_client", "seen_before"), "benign"),
        (("route_proven", "same_client", "long_seen", "shared_by_fleet"), "undetermined"),
        (("own_resource", "route_proven", "same_client"), "undetermined"),
        (("team_network", "own_resource", "shared_by_fleet"), "undetermined"),
        (("team_network",), "undetermined"),
        (("own_organisation", "same_client", "seen_before"), "benign"),
        (("authorised_test",), "benign"),
        (("authorised_test", "attack_tool", "another_machine", "looking_around"), "benign"),
        (("authorised_test", "attack_tool", "left_way_in"), "undetermined"),
        (("authorised_test", "blinded_watchers", "listed_as_threat", "left_way_in", "hides_itself"), "malicious"),
        (("unlike_an_instance",), "malicious"),
        (("unlike_an_instance", "team_network"), "undetermined"),
        (("stranger_account", "new_calls"), "undetermined"),
        (("team_network", "route_proven", "same_client", "another_machine"), "undetermined"),
        (("another_machine",), "malicious"),
        (("another_machine", "seen_before", "same_client"), "malicious"),
        (("another_machine", "agents_there"), "undetermined"),
        (("another_machine", "agents_there", "left_way_in"), "malicious"),
        (("tor",), "malicious"),
        (("tor", "same_client"), "malicious"),
        (("tor", "route_proven"), "undetermined"),
        (("hides_itself",), "undetermined"),
        (("stranger_account",), "undetermined"),
        (("stranger_account", "second_place"), "malicious"),
        (("other_provider", "outside_aws", "new_calls"), "undetermined"),
        (("hides_itself", "looking_around"), "malicious"),
    ],
)
def test_what_is_proposed(names: tuple[str, ...], value: str) -> None:
    """Owner and fit make benign, strong signs malicious; ownership alone, or signs both ways, stay undetermined."""
    assert proposed(*names) == value


def test_facts_never_tip_it() -> None:
    """No fact that weighs nothing, nor all of them together, changes what is proposed."""
    for names in combinations([name for name in NAMES if name not in FACTS], 2):
        assert proposed(*names) == proposed(*names, *FACTS)


def test_several_rows_of_one_rule_count_once() -> None:
    """Two lists that name the same thing are one thing: ten weak rows of one rule prove no more than one."""
    ten = [Evidence("other_provider", f"list {number}", "a test") for number in range(10)]
    assert propose(weighed(ten)).value == "undetermined"
    assert propose(weighed(ten)).why == propose(weighed(ten[:1])).why


@given(st.sets(st.sampled_from(NAMES)))
def test_benign_needs_an_owner_and_a_fit(names: set[str]) -> None:
    """Whatever else there is: benign is proposed only with an owner to ask, a fit, and next to nothing against it."""
    judged = propose(weighed(rows(*names)))
    counted = names & BEYOND_LEAVE if "authorised_test" in names else names
    against = sum(RULES_BY_NAME[name].weight for name in counted if RULES_BY_NAME[name].toward == "malicious")
    if judged.value == "benign":
        assert names & OWNERS
        assert names & FITS
        assert against <= AGAINST_BENIGN
        assert {row.evidence.rule for row in judged.deciding} & OWNERS
        assert {row.evidence.rule for row in judged.deciding} & FITS
    if judged.value != "undetermined":
        assert {row.toward for row in judged.deciding} == {judged.value}
    assert len(judged.deciding) <= MOST_DECIDING


@given(st.sets(st.sampled_from(NAMES)), st.sampled_from(NAMES))
def test_more_evidence_for_one_side_never_helps_the_other(names: set[str], more: str) -> None:
    """A further row for malicious never makes anything benign, nor the other way round."""
    one, other = proposed(*sorted(names)), proposed(*sorted(names | {more}))
    toward = RULES_BY_NAME[more].toward
    if toward == "malicious":
        assert not (other == "benign" and one != "benign")
    if toward == "benign":
        assert not (other == "malicious" and one != "malicious")


def test_a_team_sets_its_own_weights() -> None:
    """A weight from the team's file holds in place of the table's; 0 makes a fact of it."""
    evidence = rows("other_provider")
    assert propose(weighed(evidence, {"other_provider": 7})).value == "malicious"
    assert propose(weighed(rows("another_machine"), {"another_machine": 0})).value == "undetermined"


def test_the_order_of_evidence_does_not_matter() -> None:
    """The same rows in another order give the same proposal, with the same deciding rows in the same order."""
    names = ["place", "delivery", "refused", "looking_around", "seen_before", "new_calls", "team_network"]
    assert propose(weighed(rows(*names))) == propose(weighed(rows(*reversed(names))))


def test_why_names_both_sums() -> None:
    """The sentence gives both sums, and says what is missing."""
    judged = propose(weighed(rows("route_proven", "same_client", "long_seen")))
    assert judged.why == "Nobody who can be asked is named as the owner: 10 for benign, 0 for malicious."
    assert propose(weighed(rows("team_network", "refused"))).why.startswith("The evidence speaks both ways")
