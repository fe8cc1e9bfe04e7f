"""Proposals put together: those of one step as one, and all of them in the order of the work."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gdkit.response.grown.kinds import CREDENTIALS, STAGES, WAYS
from gdkit.response.grown.proposal import UNKNOWN, Proposal, joined

USER = {"user": "svc", "account": "111122223333"}
STANDINGS = ("exists", "may be alive", "not checked", "ended")


def proposal(**fields: Any) -> Proposal:
    """Give a proposal about a user."""
    whole: dict[str, Any] = {
        "stage": "entry", "kind": "user", "thing": "svc", "within": None, "account_id": "111122223333", "region": None,
        "standing": "exists", "party": "thief", "step": "deny-user", "manual": "", "why": "made", "options": USER,
        "event_ids": ("e-1",), **fields,
    }  # fmt: skip
    return Proposal(**whole)


def test_two_about_the_same() -> None:
    """Two that the same step contains are one, in the earlier stage, with every event, reason and task of both."""
    policy = proposal(stage="permissions", kind="user_policy", thing="all", why="policy", manual="read it",
                      event_ids=("e-2", "e-1"))  # fmt: skip
    for order in ([proposal(), policy], [policy, proposal()]):
        (one,) = joined(order)
        assert (one.stage, one.kind, one.manual) == ("entry", "user", "read it")
        assert one.why.split("\n") == ["made", "policy"]
        assert sorted(one.event_ids) == ["e-1", "e-2"]


def test_graver_party_and_surer_standing() -> None:
    """What the thief is proven to have had a hand in is his, and what exists is not called unchecked."""
    unknown = proposal(party="unknown", standing="not checked")
    assert unknown.decision == UNKNOWN
    (one,) = joined([unknown, proposal(standing="may be alive")])
    assert (one.party, one.standing, one.decision) == ("thief", "may be alive", "")


def test_what_is_not_the_same() -> None:
    """Another account, another user, an ended credential, a missing option and a person's work stay by themselves."""
    rows = [proposal(), proposal(options={**USER, "account": "444455556666"}), proposal(options={"user": "other"}),
            proposal(standing="ended", stage="ended"), proposal(to_tell=("principal",)), proposal(step="", options={}),
            proposal(step="", options={})]  # fmt: skip
    assert len(joined(rows)) == len(rows)


@given(st.lists(st.builds(
    proposal, stage=st.sampled_from(sorted(STAGES)), standing=st.sampled_from(STANDINGS),
    party=st.sampled_from(["thief", "unknown", "workload"]), step=st.sampled_from(["", "deny-user", "disable-key"]),
    event_ids=st.tuples(st.sampled_from("abcdef")),
)))  # fmt: skip
def test_nothing_is_lost(rows: list[Proposal]) -> None:
    """Whatever is put together, no event and no person's work is lost, and the stages come in their order."""
    found = joined(rows)
    assert {event for one in found for event in one.event_ids} == {event for one in rows for event in one.event_ids}
    assert sum(not one.step for one in found) == sum(not one.step for one in rows)
    assert [one.place for one in found] == sorted(one.place for one in found)
    assert ("thief" in {one.party for one in found}) == ("thief" in {one.party for one in rows})


def test_words_of_the_table() -> None:
    """What a person is told is a sentence, says what to do, and never to end what is evidence without a copy."""
    for kind, way in {**WAYS, **{f"credential {kind}": way for kind, way in CREDENTIALS.items()}}.items():
        if not way.manual:
            continue
        assert way.manual.endswith("."), kind
        assert way.manual[0].isupper(), kind
        if "elete" in way.manual:
            assert any(word in way.manual for word in ("copy", "do not delete", "deleting it closes none")), kind
