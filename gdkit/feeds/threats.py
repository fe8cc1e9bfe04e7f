"""Threat lists that are asked about one address by name: AbuseIPDB and GreyNoise, with the user's own keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gdkit.errors import GdkitError
from gdkit.feeds.answer import MAX_BYTES, OnlineAnswer, Told, answer_for, date_fact, json_object, text_fact
from gdkit.feeds.http import ask, status_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.feeds.http import HttpAnswer

ABUSEIPDB_URL = "https://api.abuseipdb.com/api/v2"
GREYNOISE_URL = "https://api.greynoise.io/v3/community"
ABUSEIPDB_VARIABLE, GREYNOISE_VARIABLE = "ABUSEIPDB_API_KEY", "GREYNOISE_API_KEY"

ABUSE_DAYS = 90
"""Reports of the last so many days are asked for."""

LISTED_AT = 75
"""AbuseIPDB's confidence, of 100, from which an address counts as listed; below it, it was merely reported.
gdkit's own choice: reports are made by anybody, and single wrong ones leave a low confidence."""


def lookup_abuseipdb(address: str, *, base_url: str = ABUSEIPDB_URL, api_key: str | None = None) -> OnlineAnswer:
    """Ask AbuseIPDB who has reported an address.

    Args:
        address: as logged; only an address of the internet is sent.
        base_url: where the API is.
        api_key: the user's key; the variable ``ABUSEIPDB_API_KEY`` if not given.

    Source: AbuseIPDB API v2 documentation, "CHECK Endpoint".
    """

    def told(spelled: str) -> Told:
        key = _key(api_key, ABUSEIPDB_VARIABLE)
        query = urlencode({"ipAddress": spelled, "maxAgeInDays": ABUSE_DAYS})
        answer = _asked(f"{base_url}/check?{query}", {"Key": key, "Accept": "application/json"})
        if answer.status != 200:
            raise GdkitError(_refusal(answer), where=answer.host)
        return _abuse(json_object(answer.body, where=answer.host).get("data"))

    return answer_for("abuseipdb", "AbuseIPDB", address, told)


def lookup_greynoise(address: str, *, base_url: str = GREYNOISE_URL, api_key: str | None = None) -> OnlineAnswer:
    """Ask GreyNoise's community service whether an address scans the internet, or is a known service's.

    Args:
        address: as logged; only an address of the internet is sent.
        base_url: where the API is.
        api_key: the user's key; the variable ``GREYNOISE_API_KEY`` if not given.

    Source: GreyNoise API reference, "Community API"; 404 means that it knows nothing of the address.
    """

    def told(spelled: str) -> Told:
        key = _key(api_key, GREYNOISE_VARIABLE)
        answer = _asked(f"{base_url}/{spelled}", {"key": key, "Accept": "application/json"})
        if answer.status == 404 and "noise" in json_object(answer.body, where=answer.host):
            return Told("not listed", "GreyNoise knows nothing of it, which is not innocence.")
        if answer.status != 200:
            raise GdkitError(_refusal(answer), where=answer.host)
        return _noise(json_object(answer.body, where=answer.host))

    return answer_for("greynoise", "GreyNoise", address, told)


def _key(given: str | None, variable: str) -> str:
    """Give the key; one that cannot stand in a header is told by the variable that holds it."""
    key = (given if given is not None else os.environ.get(variable, "")).strip()
    if not key:
        raise GdkitError(f"no key is set in {variable}")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise GdkitError(f"the key in {variable} holds a character that no key has")
    return key


def _asked(url: str, headers: Mapping[str, str]) -> HttpAnswer:
    return ask(url, headers=headers, limit_bytes=MAX_BYTES)


def _refusal(answer: HttpAnswer) -> str:
    reasons = {
        401: "it does not accept the key",
        403: "it does not allow this to the key",
        422: "it does not take this address",
        429: "too many questions were asked today",
    }
    reason = reasons.get(answer.status, "it did not answer as it documents")
    wait = answer.headers.get("retry-after", "")
    later = f"; it asks to wait {wait} s" if wait.isdecimal() and len(wait) < 9 else ""
    return f"{reason} ({status_text(answer.status)}){later}"


def _abuse(data: Any) -> Told:
    data = data if isinstance(data, dict) else {}
    score, reports = data.get("abuseConfidenceScore"), data.get("totalReports")
    if not _is_count(score) or not _is_count(reports):
        raise GdkitError("the answer has no score and no count of reports")
    facts = {
        "confidence": score,
        "reports": reports,
        "reporters": data["numDistinctUsers"] if _is_count(data.get("numDistinctUsers")) else None,
        "allow_listed": data.get("isWhitelisted") is True,
        "tor": data.get("isTor") is True,
        "usage": text_fact(data.get("usageType")),
        "provider": text_fact(data.get("isp")),
        "country": text_fact(data.get("countryCode")),
    }
    if not reports:
        nothing = f"Nobody has reported it to AbuseIPDB in {ABUSE_DAYS} days, which is not innocence."
        return Told("not listed", nothing, facts)
    counted = f"{reports} report{'' if reports == 1 else 's'} of it in {ABUSE_DAYS} days"
    statement = f"AbuseIPDB has {counted}; its confidence is {score} of 100."
    listed = score >= LISTED_AT and not facts["allow_listed"]
    return Told("listed" if listed else "described", statement, facts, date_fact(data.get("lastReportedAt")))


def _noise(document: dict[str, Any]) -> Told:
    noise, riot = document.get("noise"), document.get("riot")
    if not isinstance(noise, bool) or not isinstance(riot, bool):
        raise GdkitError("the answer does not say whether it was seen")
    called, name = text_fact(document.get("classification")), text_fact(document.get("name"))
    facts = {"scans_the_internet": noise, "known_service": riot, "classification": called, "name": name}
    seen_at = date_fact(document.get("last_seen"))
    if not noise and not riot:
        return Told("not listed", "GreyNoise knows nothing of it, which is not innocence.", facts)
    what = "an address that scans the internet" if noise else "an address of a known service"
    owner = f", {name}" if name and name.lower() != "unknown" else ""
    statement = f"GreyNoise knows it as {what}{owner}; its word for it: {called or 'none'}."
    return Told("listed" if called == "malicious" else "described", statement, facts, seen_at)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
