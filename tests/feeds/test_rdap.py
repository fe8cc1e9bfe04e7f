"""A registry is asked whose network an address is in; redirects between registries are followed, junk is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import GdkitError
from gdkit.feeds.rdap import _facts, lookup_rdap
from tests.feeds.outside import Reply, outside

ADDRESS = "8.8.8.8"


def party(handle: str, role: str, name: str, mail: str = "", inside: list[Any] | None = None) -> dict[str, Any]:
    """Give one party of an answer, with its card."""
    card = [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["kind", {}, "text", "org"]]
    card += [["email", {}, "text", mail]] if mail else []
    made = {"objectClassName": "entity", "handle": handle, "roles": [role], "vcardArray": ["vcard", card]}
    return {**made, "entities": inside} if inside else made


NETWORK: dict[str, Any] = {
    "rdapConformance": ["rdap_level_0"], "objectClassName": "ip network", "handle": "NET-8-8-8-0-1",
    "startAddress": "8.8.8.0", "endAddress": "8.8.8.255", "ipVersion": "v4", "name": "EXAMPLE-NET",
    "type": "DIRECT ALLOCATION", "country": "US", "status": ["active"], "notices": [], "links": [],
    "events": [{"eventAction": "registration", "eventDate": "2014-03-14T16:52:05-04:00"},
               {"eventAction": "last changed", "eventDate": "2025-03-14T16:52:05-04:00"}],
    "entities": [party("EXM", "registrant", "Example Inc.", inside=[
        party("TEC", "technical", "Tech", "tech@example.com"), party("ABU", "abuse", "Abuse", "abuse@example.com")])],
}  # fmt: skip


def reply(document: Any) -> Reply:
    """Answer with a document of the registry."""
    return Reply(200, json.dumps(document).encode(), {"Content-Type": "application/rdap+json"})


def test_network() -> None:
    """Network, owner, country, dates and the contact for abuse, which stands inside the owner's entry, are told."""
    with outside(reply(NETWORK)) as server:
        answer = lookup_rdap(ADDRESS, base_url=server.url)
    assert server.paths == [f"/ip/{ADDRESS}"]
    assert server.headers[0]["accept"] == "application/rdap+json"
    assert (answer.lookup, answer.outcome, answer.source) == ("rdap", "described", "RDAP, 127.0.0.1")
    assert answer.statement == "The registry's entry: EXAMPLE-NET, 8.8.8.0/24, Example Inc., US."
    assert answer.facts == {
        "network_name": "EXAMPLE-NET", "network": "8.8.8.0/24", "organisation": "Example Inc.", "country": "US",
        "abuse_contact": "abuse@example.com", "registered_at": "2014-03-14T16:52:05-04:00",
        "changed_at": "2025-03-14T16:52:05-04:00",
    }  # fmt: skip
    assert answer.as_of == datetime(2025, 3, 14, 20, 52, 5, tzinfo=UTC)


def test_ipv6() -> None:
    """IPv6 networks are read too."""
    six = {**NETWORK, "startAddress": "2600:1f00::", "endAddress": "2600:1fff:ffff:ffff:ffff:ffff:ffff:ffff",
           "ipVersion": "v6"}  # fmt: skip
    with outside(reply(six)) as server:
        answer = lookup_rdap("2600:1F18:0::1", base_url=server.url)
    assert (answer.address, server.paths) == ("2600:1f18::1", ["/ip/2600:1f18::1"])
    assert answer.facts["network"] == "2600:1f00::/24"


def test_redirect_to_the_registry() -> None:
    """The question is led on to the registry that knows, which is the source then."""
    with outside(reply(NETWORK)) as registry, outside() as first:
        registry_url = registry.url.replace("127.0.0.1", "localhost")
        first.reply = Reply(302, headers={"Location": f"{registry_url}/registry/ip/{ADDRESS}"})
        answer = lookup_rdap(ADDRESS, base_url=first.url)
    assert registry.paths == [f"/registry/ip/{ADDRESS}"]
    assert (answer.outcome, answer.source) == ("described", "RDAP, localhost")


def test_one_question_alone() -> None:
    """Parties that the answer names without their card are not asked for: one question is all that is sent."""
    bare = {"objectClassName": "entity", "handle": "BARE", "roles": ["abuse"]}
    with outside(reply({**NETWORK, "entities": [bare] * 50})) as server:
        answer = lookup_rdap(ADDRESS, base_url=server.url)
    assert (len(server.paths), answer.outcome, answer.facts["abuse_contact"]) == (1, "described", None)


def test_parties_without_handle() -> None:
    """A party without a handle does not hide those after it."""
    nameless = {**party("", "technical", "Tech"), "handle": None}
    with outside(reply({**NETWORK, "entities": [nameless, "junk", *NETWORK["entities"]]})) as server:
        answer = lookup_rdap(ADDRESS, base_url=server.url)
    assert (answer.facts["organisation"], answer.facts["abuse_contact"]) == ("Example Inc.", "abuse@example.com")


@pytest.mark.parametrize(
    ("answer", "outcome", "statement"),
    [
        (Reply(404, b"{}"), "not listed", "No registry knows a network that holds it."),
        (Reply(429), "failed", "it answered 429 Too Many Requests"),
        (Reply(503), "failed", "it answered 503 Service Unavailable"),
        (Reply(200, b"<html>"), "failed", "not JSON"),
        (Reply(200, b"{}"), "failed", "the answer "),
        (reply({**NETWORK, "startAddress": 5}), "failed", "the answer "),
        (reply({"objectClassName": "error", "errorCode": 400}), "failed", "the answer "),
        (Reply(200, b" " * 1_000_001), "failed", "larger than 1 MB"),
        (Reply(302, headers={"Location": "ftp://elsewhere.example/"}), "failed", "it redirects to elsewhere.example"),
    ],
)
def test_other_answers(answer: Reply, outcome: str, statement: str) -> None:
    """An unknown network, a limit, an outage, junk or a strange redirect is an answer that says so."""
    with outside(answer) as server:
        got = lookup_rdap(ADDRESS, base_url=server.url)
    assert got.outcome == outcome
    assert statement in got.statement


def test_redirects_in_a_circle() -> None:
    """A circle of redirects ends."""
    with outside(Reply(302, headers={"Location": "/ip/again"})) as server:
        assert lookup_rdap(ADDRESS, base_url=server.url).outcome == "failed"
    assert len(server.paths) == 6


FIELDS = sorted([*NETWORK, "vcardArray", "roles", "handle"])
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4), max_leaves=10)  # fmt: skip


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_any_document(changed: dict[str, Any]) -> None:
    """Whatever a registry's document holds, it is read, in bounds, or refused in gdkit's words."""
    try:
        facts = _facts(ADDRESS, {**NETWORK, **changed})
    except GdkitError as error:
        assert error.problem.startswith("the answer ")
    else:
        assert facts["network_name"] or facts["network"]
        assert all(value is None or isinstance(value, str) for value in facts.values())
