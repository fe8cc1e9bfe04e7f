"""Threat lists are asked with the user's key; their answers accuse, describe or leave unknown, and never acquit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import GdkitError
from gdkit.feeds.threats import LISTED_AT, _abuse, _noise, lookup_abuseipdb, lookup_greynoise
from tests.feeds.outside import Reply, outside

KEY = "0123456789abcdefTOPSECRET"
ADDRESS = "8.8.8.8"

ABUSE: dict[str, Any] = {
    "ipAddress": ADDRESS, "isPublic": True, "ipVersion": 4, "isWhitelisted": False, "abuseConfidenceScore": 91,
    "countryCode": "NL", "usageType": "Data Center/Web Hosting/Transit", "isp": "Example BV", "domain": "example.com",
    "hostnames": [], "isTor": False, "totalReports": 12, "numDistinctUsers": 7,
    "lastReportedAt": "2026-10-31T23:11:19+00:00",
}  # fmt: skip
NOISE: dict[str, Any] = {
    "ip": ADDRESS, "noise": True, "riot": False, "classification": "malicious", "name": "unknown",
    "link": "https://viz.greynoise.io/ip/8.8.8.8", "last_seen": "2026-10-31", "message": "Success",
}  # fmt: skip


def reply(document: Any, status: int = 200, **headers: str) -> Reply:
    """Answer with a JSON document."""
    return Reply(status, json.dumps(document).encode(), headers)


def abuse(**changed: Any) -> Reply:
    """Answer as AbuseIPDB does, with some fields changed."""
    return reply({"data": {**ABUSE, **changed}})


def noise(**changed: Any) -> Reply:
    """Answer as GreyNoise does, with some fields changed."""
    return reply({**NOISE, **changed})


LOOKUPS = [lookup_abuseipdb, lookup_greynoise]
Lookup = "Callable[..., OnlineAnswer]"


def test_abuseipdb() -> None:
    """A much reported address is listed, with score, reports, date of the last and what else is known."""
    before = datetime.now(UTC)
    with outside(abuse()) as server:
        answer = lookup_abuseipdb(ADDRESS, base_url=server.url, api_key=KEY)
    assert server.paths == [f"/check?ipAddress={ADDRESS}&maxAgeInDays=90"]
    assert server.headers[0]["key"] == KEY
    assert (answer.lookup, answer.source, answer.address, answer.outcome) == (
        "abuseipdb",
        "AbuseIPDB",
        ADDRESS,
        "listed",
    )
    assert answer.statement == "AbuseIPDB has 12 reports of it in 90 days; its confidence is 91 of 100."
    assert answer.as_of == datetime(2026, 10, 31, 23, 11, 19, tzinfo=UTC)
    assert before <= answer.asked_at <= datetime.now(UTC)
    assert answer.facts == {
        "confidence": 91, "reports": 12, "reporters": 7, "allow_listed": False, "tor": False,
        "usage": "Data Center/Web Hosting/Transit", "provider": "Example BV", "country": "NL",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"abuseConfidenceScore": LISTED_AT}, "listed"),
        ({"abuseConfidenceScore": LISTED_AT - 1}, "described"),
        ({"abuseConfidenceScore": 0, "totalReports": 1}, "described"),
        ({"isWhitelisted": True}, "described"),
        ({"abuseConfidenceScore": 0, "totalReports": 0, "lastReportedAt": None}, "not listed"),
    ],
)
def test_abuseipdb_outcomes(changed: dict[str, Any], outcome: str) -> None:
    """Few or doubtful reports describe, no report leaves unknown; no answer says that an address is innocent."""
    with outside(abuse(**changed)) as server:
        answer = lookup_abuseipdb(ADDRESS, base_url=server.url, api_key=KEY)
    assert answer.outcome == outcome
    assert ("not innocence" in answer.statement) == (outcome == "not listed")


def test_one_report_is_one() -> None:
    """One report is told in the singular."""
    with outside(abuse(totalReports=1)) as server:
        assert "has 1 report of it" in lookup_abuseipdb(ADDRESS, base_url=server.url, api_key=KEY).statement


def test_greynoise() -> None:
    """An address that scans with malice is listed, with the day when it was last seen."""
    with outside(noise()) as server:
        answer = lookup_greynoise(ADDRESS, base_url=server.url, api_key=KEY)
    assert (server.paths, server.headers[0]["key"]) == ([f"/{ADDRESS}"], KEY)
    assert (answer.lookup, answer.source, answer.outcome) == ("greynoise", "GreyNoise", "listed")
    assert answer.statement == "GreyNoise knows it as an address that scans the internet; its word for it: malicious."
    assert answer.as_of == datetime(2026, 10, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"classification": "benign", "name": "Scanner Ltd"}, "described"),
        ({"classification": "suspicious"}, "described"),
        ({"classification": "unknown"}, "described"),
        ({"classification": None}, "described"),
        ({"noise": False, "riot": True, "classification": "benign", "name": "Example DNS"}, "described"),
        ({"noise": False, "riot": False}, "not listed"),
    ],
)
def test_greynoise_outcomes(changed: dict[str, Any], outcome: str) -> None:
    """Only its word "malicious" lists an address; "benign" describes it, and acquits nobody."""
    with outside(noise(**changed)) as server:
        answer = lookup_greynoise(ADDRESS, base_url=server.url, api_key=KEY)
    assert answer.outcome == outcome
    name = changed.get("name")
    assert name is None or name in answer.statement


def test_greynoise_knows_nothing() -> None:
    """Its 404 for an address means that it knows nothing, which is not innocence; any other 404 is a failure."""
    unknown = {"ip": ADDRESS, "noise": False, "riot": False, "message": "IP not observed scanning the internet."}
    with outside(reply(unknown, 404)) as server:
        answer = lookup_greynoise(ADDRESS, base_url=server.url, api_key=KEY)
        server.reply = reply({"error": "no such page"}, 404)
        wrong = lookup_greynoise(ADDRESS, base_url=server.url, api_key=KEY)
    assert (answer.outcome, wrong.outcome) == ("not listed", "failed")
    assert "not innocence" in answer.statement


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply({"errors": [{"detail": KEY}]}, 401), "it does not accept the key (401 Unauthorized)"),
        (Reply(403), "it does not allow this to the key (403 Forbidden)"),
        (Reply(429, headers={"Retry-After": "3600"}), "asked today (429 Too Many Requests); it asks to wait 3600 s"),
        (Reply(429, headers={"Retry-After": "<b>soon</b>"}), "(429 Too Many Requests)."),
        (Reply(500, b"oops"), "it did not answer as it documents (500 Internal Server Error)"),
        (Reply(200, b"<html>"), "the answer is not JSON of the form that it documents"),
        (Reply(200, b"[1]"), "the answer is not JSON of the form that it documents"),
        (Reply(200, b"[" * 100_000), "the answer is not JSON of the form that it documents"),
        (Reply(200, b"{}"), "the answer "),
        (Reply(200, b"x" * 2_000_000), "the answer is larger than 1 MB and was not taken"),
        (Reply(302, headers={"Location": "http://elsewhere.example/"}), "it redirects to elsewhere.example"),
    ],
)  # fmt: skip
def test_failures_are_answers(lookup: Any, answer: Reply, reason: str) -> None:
    """A wrong key, a limit, an outage or junk is an answer that says so; the address stays unknown."""
    with outside(answer) as server:
        got = lookup(ADDRESS, base_url=server.url, api_key=KEY)
    assert (got.outcome, dict(got.facts), got.as_of) == ("failed", {}, None)
    assert reason in got.statement
    assert got.statement.endswith("The address stays unknown.")
    assert KEY not in json.dumps(got.as_json())


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_keys_come_from_the_environment(lookup: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is the environment's; without one nobody is asked, and the variable is named."""
    variable = {lookup_abuseipdb: "ABUSEIPDB_API_KEY", lookup_greynoise: "GREYNOISE_API_KEY"}[lookup]
    with outside(reply({"data": ABUSE, **NOISE})) as server:
        without = lookup(ADDRESS, base_url=server.url)
        assert server.paths == []
        monkeypatch.setenv(variable, f" {KEY}\n")
        assert lookup(ADDRESS, base_url=server.url).outcome == "listed"
    assert (without.outcome, variable in without.statement) == ("failed", True)
    assert server.headers[0]["key"] == KEY


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize("key", [f"{KEY}\r\nX: y", f"{KEY} x", f"{KEY}\u2014", f"{KEY}\x00"])
def test_odd_keys_are_not_sent(lookup: Any, key: str, caplog: pytest.LogCaptureFixture) -> None:
    """A key that cannot stand in a header is not sent, and neither told nor logged."""
    caplog.set_level("DEBUG")
    with outside(abuse()) as server:
        answer = lookup(ADDRESS, base_url=server.url, api_key=key)
    assert (answer.outcome, server.paths) == ("failed", [])
    assert "TOPSECRET" not in answer.statement + caplog.text


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_the_key_is_never_logged(lookup: Any, caplog: pytest.LogCaptureFixture) -> None:
    """At the lowest level of logging, the key is in no line."""
    caplog.set_level("DEBUG")
    with outside(reply({"data": ABUSE, **NOISE})) as server:
        lookup(ADDRESS, base_url=server.url, api_key=KEY)
        lookup(ADDRESS, base_url="http://127.0.0.1:1", api_key=KEY)
    assert "127.0.0.1" in caplog.text
    assert KEY not in caplog.text


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=400),
                    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
                    max_leaves=4)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(ABUSE)), JSON))
def test_any_abuse_data(changed: dict[str, Any]) -> None:
    """Whatever stands in a field, the answer is read in bounds or refused; a list of it needs a real score."""
    try:
        told = _abuse({**ABUSE, **changed})
    except GdkitError:
        return
    assert all(
        value is None or isinstance(value, (int, bool)) or len(str(value)) <= 300 for value in told.facts.values()
    )
    assert told.outcome != "listed" or int(told.facts["confidence"] or 0) >= LISTED_AT


@given(st.dictionaries(st.sampled_from(sorted(NOISE)), JSON))
def test_any_noise_data(changed: dict[str, Any]) -> None:
    """Whatever stands in a field, the answer is read in bounds or refused."""
    try:
        told = _noise({**NOISE, **changed})
    except GdkitError:
        return
    assert len(told.statement) < 800
    assert told.outcome != "listed" or changed.get("classification", "malicious") == "malicious"
