"""What is proposed about grown things: every kind has a row, nothing is dropped, the order stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.analysis.impact.persistence_kinds import KINDS
from gdkit.analysis.impact.persistence_table import PERSISTING
from gdkit.response.catalogue import STEPS
from gdkit.response.grown.kinds import CREDENTIALS, STAGES, WAYS
from gdkit.response.grown.place import told
from gdkit.response.grown.plan import UNSEEN, plan_grown
from gdkit.response.grown.proposal import UNKNOWN
from gdkit.response.options import checked_options
from gdkit.response.step import Target
from tests.response.grown.results import HOME, IDS, LEAKED, OTHER, REGION, credential, only, result, thing


def test_every_kind_has_a_row() -> None:
    """Every kind that the analysis knows, and no other, is mapped to a step or to a person's work."""
    assert set(WAYS) == set(KINDS)
    named = {made.kind for made in PERSISTING.values()} | {made.other_kind for made in PERSISTING.values()} - {""}
    assert named <= set(WAYS)
    for kind, way in WAYS.items():
        assert way.step or way.manual, kind
        assert way.stage in STAGES


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_is_dropped(kind: str) -> None:
    """A thing of each kind leads to one proposal with its place, its events and something to do."""
    one = only(result([thing(kind)]))
    assert (one.kind, one.account_id, one.event_ids) == (kind, HOME, (f"event-{kind}",))
    assert one.step or one.manual
    assert one.decision == ""
    assert bool(one.undo) == bool(one.step)


@pytest.mark.parametrize("kind", sorted(kind for kind, way in WAYS.items() if way.step))
def test_steps_take_their_options(kind: str) -> None:
    """The options of each proposed step are what that step takes, in a form that it takes, and none is missing."""
    one = only(result([thing(kind)]))
    if not one.step:
        assert WAYS[kind].made_only
        return
    options = dict(one.options) | dict.fromkeys(one.to_tell, "arn:aws:iam::999988887777:root")
    checked = checked_options(STEPS[one.step], options)
    target = Target("case", "aws", HOME, REGION, datetime(2026, 1, 1, tzinfo=UTC), options=checked)
    for name in set(options) - {"kind", "principal"}:
        assert told(target, name) == options[name]
    assert ("region" in options) == ("region" in {option.name for option in STEPS[one.step].options})


def test_steps_exist() -> None:
    """Every step that is proposed is in the catalogue."""
    assert {way.step for way in (*WAYS.values(), *CREDENTIALS.values())} - {""} <= set(STEPS)


def test_policies_of_others_are_for_a_person() -> None:
    """An inline policy on a role that was there before leads to no Deny on that role; on one that he made it does."""
    theirs = only(result([thing("role_policy", within="shop-web")]))
    assert (theirs.step, dict(theirs.options)) == ("", {})
    assert "keep a copy" in theirs.manual
    made = plan_grown(result([thing("role_policy", within="helper"), thing("role", id="helper", within=None)]))
    assert [(one.step, dict(one.options)) for one in made] == [("deny-made-role", {"role": "helper", "account": HOME})]
    assert set(made[0].event_ids) == {"event-role", "event-role_policy"}
    elsewhere = plan_grown(result([thing("user_policy", within="bob"), thing("user", id="bob", account_id=OTHER)]))
    assert [one.step for one in elsewhere] == ["deny-user", ""]


def test_order() -> None:
    """First what lets the thief in again, then trust, permissions, code, machines, data, watchers."""
    kinds = ["snapshot_sharing", "instance", "lambda_function", "attached_role_policy", "trust_policy", "access_key"]
    tamper = {"event_id": "t", "event_name": "CreateFilter", "watcher": "GuardDuty", "what": "made a filter",
              "target": "maintenance", "account_id": HOME, "region": REGION,
              "party": "thief", "outcome": "succeeded"}  # fmt: skip
    found = plan_grown(result([thing(kind) for kind in kinds], [credential("chained_role", state="expired")],
                              tamper=[tamper, {**tamper, "outcome": "refused", "target": "other"}]))  # fmt: skip
    assert [one.kind for one in found] == [*reversed(kinds), "tamper", "chained_role"]
    assert [one.place for one in found] == sorted(one.place for one in found)
    assert found[-2].thing == "maintenance"
    assert "NOOP" in found[-2].manual


@pytest.mark.parametrize("party", ["unknown", "workload"])
def test_who_is_not_proven(party: str) -> None:
    """What nobody is proven to have made is in the plan, and a person decides; the thief's things come first."""
    rows = [thing("user", id="theirs", party=party), thing("user", id="his")]
    his, theirs = plan_grown(result(rows))
    assert (his.thing, his.decision) == ("his", "")
    assert (theirs.thing, theirs.decision) == ("theirs", UNKNOWN)
    held = credential("session_token", holder=f"issued to {party}", thief_events=0)
    assert only(result([], [held])).decision == UNKNOWN


def test_gone_and_revoked() -> None:
    """What AWS said is gone, and what a record shows as revoked, needs nothing; what was not checked does."""
    assert plan_grown(result([thing("user", state="gone")], [credential("access_key", state="revoked")])) == ()
    assert only(result([thing("user", state="not checked")])).standing == "not checked"


def test_not_named() -> None:
    """A thing that the log does not name is a person's work, with its event; a key without its user asks for that."""
    one = only(result([thing("instance", id=None)]))
    assert (one.step, one.event_ids) == ("", ("event-instance",))
    assert one.manual
    key = only(result([thing("access_key", within=None)]))
    assert (key.step, key.to_tell) == ("disable-key", ("user",))
    share = only(result([thing("image_sharing", id="arn:aws:organizations::1:organization/o-1")]))
    assert share.step == ""
    assert "by hand" in share.manual


def test_chained_session() -> None:
    """A chained session is denied on its own role, with its path where a call named it, in its own account."""
    role = {"arn": f"arn:aws:iam::{OTHER}:role/team/reporting", "service": "iam", "account_id": OTHER, "events": 1}
    one = only(result([], [credential("chained_role")], impact={"resources": [role]}))
    assert dict(one.options) == {"role": "team/reporting", "session": "AROAEXAMPLEID2:nightly", "account": OTHER}
    assert f"It is in account {OTHER}" in one.manual
    assert one.standing == "may be alive"


def test_credentials_of_users() -> None:
    """A key in both tables is one proposal; sessions and passwords of a user lead to its Deny, once."""
    rows = [thing("access_key", within="svc"), thing("user", id="svc", within=None)]
    held = [credential("access_key", access_key_id=IDS["access_key"], owner="svc", account_id=HOME),
            credential("federation", owner="svc", account_id=HOME, principal="111122223333:bob"),
            credential("console_session", owner="svc", account_id=HOME, principal="AIDAEXAMPLE")]  # fmt: skip
    found = plan_grown(result(rows, held))
    assert sorted((one.step, one.options["user"]) for one in found) == [("deny-user", "svc"), ("disable-key", "svc")]
    assert all("event-c" in one.event_ids for one in found)


def test_leaked_session_itself() -> None:
    """The leaked session, and the instance that has it, are denied by another step and are not in this plan."""
    own = [credential(kind, principal=LEAKED, hop=0) for kind in ("instance_role", "instance", "console_session")]
    assert plan_grown(result([], own)) == ()
    later = credential("instance", principal="AROAEXAMPLEID9:i-0fedcba9876543210", account_id=HOME)
    found = plan_grown(result([thing("instance", region="us-east-1")], [later]))
    assert [(one.step, one.options["region"]) for one in found] == [("stop-instance", "us-east-1")]


def change(document: str, **fields: Any) -> dict[str, Any]:
    """Give a row of persistence about a trust policy."""
    return {"kind": "trust_policy", "id": "deploy", "account_id": HOME,
            "detail": f"changed who may assume a role; policyDocument: {document}", **fields}  # fmt: skip


def trust_of(*principals: str) -> str:
    """Write a trust policy."""
    return json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": list(principals)}}]})


@pytest.mark.parametrize(("principals", "told_one", "to_tell"), [
    (["arn:aws:iam::111122223333:root", "arn:aws:iam::999988887777:root"], "arn:aws:iam::999988887777:root", ()),
    (["*"], "*", ()),
    (["999988887777", "444455556666"], None, ("principal",)),
    (["arn:aws:iam::111122223333:role/a"], None, ("principal",)),
])  # fmt: skip
def test_trust(principals: list[str], told_one: str | None, to_tell: tuple[str, ...]) -> None:
    """The one foreign principal is proposed; where there are several or none, a person says which."""
    row = thing("trust_policy", id="deploy", within="deploy")
    one = only(result([row], persistence=[change(trust_of(*principals))]))
    assert (one.options.get("principal"), one.to_tell) == (told_one, to_tell)
    assert all(name in one.why for name in principals)
    cut = only(result([row], persistence=[change(trust_of(*principals)[:-9] + "…")]))
    assert cut.to_tell == ("principal",)


def test_what_no_row_can_name() -> None:
    """What no log shows is told all the same: presigned URLs, commands, other accounts, data."""
    text = " ".join(UNSEEN)
    assert all(word in text for word in ("Presigned", "SSM", "accounts", "secret", "coverage"))


TEXTS = st.one_of(st.none(), st.text(max_size=40), st.just("arn:aws:lambda:eu-west-1:1:function:f:2"))


@given(st.sampled_from(sorted(KINDS)), TEXTS, TEXTS, st.one_of(st.none(), st.text(max_size=600)))
def test_any_text(kind: str, name: str | None, within: str | None, detail: str | None) -> None:
    """Whatever a log holds, the plan stands, keeps the name as logged, and prints no odd signs in its words."""
    one = only(result([thing(kind, id=name, within=within, detail=detail)], persistence=[change(str(detail))]))
    assert one.thing == name
    assert one.step or one.manual
    assert all(line.isprintable() for line in one.why.split("\n"))


def test_same_result_same_plan() -> None:
    """The plan is a pure function: it changes nothing in the result."""
    document = result([thing(kind) for kind in sorted(KINDS)], [credential(kind) for kind in sorted(CREDENTIALS)])
    before = json.dumps(document)
    assert plan_grown(document) == plan_grown(document)
    assert json.dumps(document) == before
