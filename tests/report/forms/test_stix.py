"""The STIX bundle: valid by the library and the pattern validator, true to the verdict, the thief's alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import stix2
from stix2patterns.validator import run_validator

from gdkit import tables
from gdkit.report.forms.signs import thief_signs
from gdkit.report.forms.stix import stix_bundle
from gdkit.sample import CHAINED_KEY, SERVER, SERVER_PRIVATE, STOLEN_KEY, THIEF, THIEF_2, THIEF_CLIENT, WORKLOAD_KEY
from tests.report.forms.cases import MADE_AT, hostile, told

if TYPE_CHECKING:
    from gdkit.report.forms.reported import Reported

VERDICTS = ["malicious", "benign", "undetermined", "none"]


def _of(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in bundle["objects"] if one["type"] == kind]


def _patterns(case: Reported) -> list[str]:
    return [one["pattern"] for one in _of(stix_bundle(case), "indicator")]


@pytest.mark.parametrize("name", [*VERDICTS, "hostile"])
def test_valid(name: str) -> None:
    """The library reads every object back without leave for anything custom, and each pattern passes the validator."""
    bundle = stix_bundle(told(name))
    parsed = stix2.parse(json.dumps(bundle), allow_custom=False, version="2.1")
    assert json.loads(parsed.serialize()) == bundle
    assert _of(bundle, "indicator")
    assert all(run_validator(one["pattern"], stix_version="2.1") == [] for one in _of(bundle, "indicator"))
    ids = [one["id"] for one in bundle["objects"]]
    assert len(ids) == len(set(ids))
    named = {value for one in bundle["objects"] for name, value in one.items() if name.endswith("_ref")}
    named |= {ref for one in bundle["objects"] for name, refs in one.items() if name.endswith("_refs") for ref in refs}
    assert named <= set(ids)


def test_thief_alone() -> None:
    """The thief's addresses, client and chained key are indicators; nothing that the instance itself used is one."""
    patterns = _patterns(told("malicious"))
    assert patterns == [
        f"[ipv4-addr:value = '{THIEF}']",
        f"[ipv4-addr:value = '{THIEF_2}']",
        f"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = '{THIEF_CLIENT}']",
        f"[user-account:user_id = '{CHAINED_KEY}']",
        f"[user-account:user_id = '{STOLEN_KEY}']",
    ]
    text = json.dumps(_of(stix_bundle(told("malicious")), "indicator"))
    assert not [one for one in (SERVER, SERVER_PRIVATE, WORKLOAD_KEY) if one in text]


@pytest.mark.parametrize(
    ("verdict", "kind", "tie"),
    [("malicious", "malicious-activity", "indicates"), ("benign", "benign", None),
     ("undetermined", "unknown", "related-to"), ("none", "unknown", "related-to")],
)  # fmt: skip
def test_verdict(verdict: str, kind: str, tie: str | None) -> None:
    """Only what a person judged malicious is called so; a benign bundle ties nothing to a technique."""
    bundle = stix_bundle(told(verdict))
    assert {name for one in _of(bundle, "indicator") for name in one["indicator_types"]} == {kind}
    ties = {one["relationship_type"] for one in _of(bundle, "relationship")} - {"based-on"}
    assert ties == ({tie} if tie else set())
    (report,) = _of(bundle, "report")
    value = "undetermined" if verdict == "none" else verdict
    assert f"verdict-{value}" in report["labels"]
    assert f"Verdict: {value}" in report["description"]
    assert ("malicious-activity" in json.dumps(bundle)) == (verdict == "malicious")


def test_confidence() -> None:
    """A person's verdict that the evidence proposes too counts most; nobody's, and a client's own words, little."""

    def of(case: Reported) -> dict[str, int]:
        return {one["name"].split(" ")[0]: one["confidence"] for one in _of(stix_bundle(case), "indicator")}

    proposed = told("malicious").result["origin"]["proposed_verdict"]
    assert of(told("malicious"))["address"] == (85 if proposed == "malicious" else 50)
    assert of(told("benign"))["address"] == (85 if proposed == "benign" else 50)
    assert of(told("none"))["address"] == of(told("malicious"))["user"] == 15
    staged = replace(told("malicious"), about={**told("malicious").about, "simulated": True})
    assert set(of(staged).values()) == {0}
    assert all("not-a-real-incident" in one["labels"] for one in _of(stix_bundle(staged), "indicator"))


def test_techniques() -> None:
    """Techniques carry MITRE's id and the pinned version, and hang on the indicators whose calls can serve them."""
    case = told("malicious")
    bundle = stix_bundle(case)
    patterns = {one["external_references"][0]["external_id"]: one for one in _of(bundle, "attack-pattern")}
    assert list(patterns) == [row["id"] for row in case.result["impact"]["techniques"]]
    reference = patterns["T1530"]["external_references"][0]
    assert (reference["source_name"], reference["url"]) == (
        "mitre-attack",
        "https://attack.mitre.org/techniques/T1530/",
    )
    assert "19.1" in reference["description"]
    address = next(one for one in _of(bundle, "indicator") if THIEF in one["pattern"])
    tied = {one["target_ref"] for one in _of(bundle, "relationship")
            if one["source_ref"] == address["id"] and one["relationship_type"] == "indicates"}  # fmt: skip
    from_there = set(case.events.loc[case.events["source_address"] == THIEF, "event_id"])
    serving = {row["id"] for row in case.result["impact"]["techniques"]
               if from_there & {*row["event_ids"], *row["other_event_ids"]}}  # fmt: skip
    assert tied == {patterns[one]["id"] for one in serving}
    assert tied


def test_seen() -> None:
    """What was seen of an address: when first and last, and in how many calls."""
    case = told("malicious")
    calls = case.events[(case.events["source_address"] == THIEF) & (case.events["party"] == "thief")]
    bundle = stix_bundle(case)
    seen = next(one for one in _of(bundle, "observed-data") if one["number_observed"] == len(calls))
    assert seen["first_observed"] == calls["event_at"].min().isoformat().replace("+00:00", "Z")
    assert seen["last_observed"] == calls["event_at"].max().isoformat().replace("+00:00", "Z")
    assert all(one["valid_from"] <= seen["last_observed"] for one in _of(bundle, "indicator"))


def test_marked() -> None:
    """Every object is marked TLP:AMBER, and the bundle holds the marking."""
    bundle = stix_bundle(told("malicious"))
    (marking,) = _of(bundle, "marking-definition")
    assert marking["definition"] == {"tlp": "amber"}
    assert all(one["object_marking_refs"] == [marking["id"]] for one in bundle["objects"] if one is not marking)


def test_nobody_is_named() -> None:
    """Who decided and why is for the case's own readers, and stands in no object."""
    text = json.dumps(stix_bundle(told("malicious")))
    assert "asked the owner" not in text
    assert '"ann' not in text


@pytest.mark.parametrize("rule", ["instances_own", "own_resource", "another_instance", "team_network"])
def test_own_address_stays_home(rule: str) -> None:
    """An address that is the company's own is no indicator, even where the thief called from it."""
    case = told("malicious")
    rows = [dict(row, evidence=[dict(row["evidence"][0], rule=rule)]) if row["address"] == THIEF else row
            for row in case.result["origin"]["addresses"]]  # fmt: skip
    own = replace(case, result={**case.result, "origin": {**case.result["origin"], "addresses": rows}})
    assert not [one for one in _patterns(own) if THIEF in one]
    assert any(THIEF in one and "company's own" in one for one in thief_signs(own).left_out)
    assert not [one for one in _patterns(replace(case, own_addresses=frozenset({THIEF}))) if THIEF in one]


def test_shared_address_and_client() -> None:
    """An address, a client or a key that the workload uses too is no indicator, and the report says so."""
    case = told("malicious")
    events = case.events.copy()
    events.loc[events["source_address"] == THIEF_2, "party"] = "workload"
    addresses = [dict(row, workload_events=3) if row["address"] == THIEF else row
                 for row in case.result["origin"]["addresses"]]  # fmt: skip
    origin = {**case.result["origin"], "addresses": addresses}
    shared = replace(case, events=events, result={**case.result, "origin": origin})
    assert [one for one in _patterns(shared) if THIEF in one or THIEF_CLIENT in one] == []
    said = _of(stix_bundle(shared), "report")[0]["description"]
    assert f"Not passed on: Address {THIEF}: the instance's own software calls from it too." in said
    assert "Not passed on: User agent aws-cli" in said


def test_ipv6_and_quotes() -> None:
    """An IPv6 address has its own kind of pattern, and quotes and backslashes in a client end no pattern."""
    case = told("malicious")
    events = case.events.copy()
    thief = events["party"] == "thief"
    events.loc[thief, ["source_address", "user_agent"]] = ["2001:db8::17", "it's \\ a 'client']"]
    row = dict(
        case.result["origin"]["addresses"][0], address="2001:db8::17", thief_events=1, workload_events=0, evidence=[]
    )
    origin = {**case.result["origin"], "addresses": [row]}
    patterns = _patterns(replace(case, events=events, result={**case.result, "origin": origin}))
    assert patterns[:2] == [
        "[ipv6-addr:value = '2001:db8::17']",
        "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'it\\'s \\\\ a \\'client\\']']",
    ]


def test_hostile_clients() -> None:
    """A client that is too long or hides characters is passed on to nobody, and the report says so in harmless text."""
    bundle = stix_bundle(hostile())
    agents = [one["pattern"] for one in _of(bundle, "indicator") if "User-Agent" in one["pattern"]]
    assert agents
    assert max(map(len, agents)) < 1_000
    said = _of(bundle, "report")[0]["description"]
    assert "too long, or holds characters that cannot be seen" in said
    assert not {"\u202e", "\x1b", "\x00"} & set(json.dumps(bundle, ensure_ascii=False))


@pytest.mark.parametrize(
    ("without", "gone"),
    [("addresses", "ipv4-addr"), ("keys", "user_id"), ("accounts", "user_id"), ("names", "account_login")],
)
def test_taken_out(without: str, gone: str) -> None:
    """What was taken out of a report is no indicator in it: a stand-in would match nothing, or the wrong thing."""
    case = replace(told("malicious"), without=frozenset({without}))
    assert not [one for one in _patterns(case) if gone in one]
    assert any("taken out" in one for one in thief_signs(case).left_out)


def test_made_by_the_thief() -> None:
    """A user and a key that the thief made are indicators, used or not."""
    case = told("malicious")
    made = {"parent_id": None, "party": "thief", "event_at": "2026-11-02T10:20:00Z", "event_id": "e-1"}
    rows = [{**made, "kind": "user", "id": "backup"}, {**made, "kind": "access_key", "id": "AKIASAMPLEBACKDOOR01"},
            {**made, "kind": "user", "id": "ours", "party": "unknown"}]  # fmt: skip
    impact = {**case.result["impact"], "persistence": rows}
    patterns = _patterns(replace(case, result={**case.result, "impact": impact}))
    assert "[user-account:account_login = 'backup']" in patterns
    assert "[user-account:user_id = 'AKIASAMPLEBACKDOOR01']" in patterns
    assert not [one for one in patterns if "ours" in one]


def test_nothing_of_a_thief() -> None:
    """A case without a call gives a bundle that is valid, with no indicator, whose report says what was searched."""
    case = told("none")
    events, techniques = (tables.frame(table, {}) for table in (tables.SESSION_EVENTS, tables.TECHNIQUES))
    empty = replace(case, events=events, techniques=techniques,
                    result={**case.result, "origin": {**case.result["origin"], "addresses": []},
                            "impact": {**case.result["impact"], "techniques": [], "persistence": []}})  # fmt: skip
    bundle = stix_bundle(empty)
    stix2.parse(json.dumps(bundle), version="2.1")
    assert _of(bundle, "indicator") == []
    assert "In what was searched" in _of(bundle, "report")[0]["description"]


def test_same_bytes() -> None:
    """The same case gives the same bundle, ids too; when it was made is the report's own time of publishing."""
    one, two = (stix_bundle(replace(told("none"), made_at=at)) for at in (MADE_AT, MADE_AT.replace(year=2027)))
    assert [_of(bundle, "report")[0].pop("published") for bundle in (one, two)] == [
        "2026-12-01T09:30:00Z", "2027-12-01T09:30:00Z",
    ]  # fmt: skip
    assert json.dumps(one) == json.dumps(two)
    other = replace(told("none"), about={**told("none").about, "subject": {"finding_id": "another"}})
    mine, its = ({one["id"] for one in _of(stix_bundle(case), "indicator")} for case in (told("none"), other))
    assert not mine & its
