"""Which rules are too broad, and which are narrow enough."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.response.trusted.breadth import too_broad
from tests.findings import samples as s

ADDRESS = "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4"
REMOTE = "service.action.awsApiCallAction.remoteAccountDetails.accountId"
ASN = "service.action.awsApiCallAction.remoteIpDetails.organization.asn"
COUNTRY = "service.action.awsApiCallAction.remoteIpDetails.country.countryName"
ROLE = "resource.accessKeyDetails.userName"
TYPE = {"type": {"Equals": [s.OUTSIDE]}}


def reasons(**more: Any) -> str:
    """Give the reasons of a rule for the type and what is added."""
    return "; ".join(too_broad({"Criterion": {**TYPE, **more}}))


@pytest.mark.parametrize(
    "more",
    [
        {ADDRESS: {"Equals": ["198.51.100.7"]}, ROLE: {"Equals": ["app"]}},
        {ADDRESS: {"Eq": ["198.51.100.7", "198.51.100.0/24"]}, ROLE: {"Equals": ["app"]}},
        {REMOTE: {"Equals": [s.OTHER_ACCOUNT]}, "resource.accessKeyDetails.principalId": {"Equals": [s.PRINCIPAL]}},
    ],
)
def test_narrow(more: dict[str, Any]) -> None:
    """A rule that names the caller and the credentials is narrow."""
    assert reasons(**more) == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "finding type and the like alone"),
        ({"severity": {"Lt": 5}}, "finding type and the like alone"),
        ({ASN: {"Equals": ["64500"]}}, "country, a city or a network operator"),
        ({COUNTRY: {"Equals": ["Iceland"]}}, "country, a city or a network operator"),
        ({ASN: {"Equals": ["64500"]}, ROLE: {"Equals": ["app"]}}, "does not say who called"),
        ({ROLE: {"Equals": ["app"]}}, "does not say who called"),
        ({ADDRESS: {"Equals": ["198.51.100.7"]}}, "does not say whose credentials"),
        ({ADDRESS: {"NotEquals": ["198.51.100.7"]}, ROLE: {"Equals": ["app"]}}, "does not say who called"),
        ({ADDRESS: {"Equals": ["198.51.100.7"]}, ROLE: {"Matches": ["app*"]}}, f"a wildcard in {ROLE}"),
        ({ADDRESS: {"Equals": ["10.0.0.0/8"]}, ROLE: {"Equals": ["app"]}}, "10.0.0.0/8 is a wide network"),
        ({ADDRESS: {"Equals": ["x/y"]}, ROLE: {"Equals": ["app"]}}, "x/y is a wide network"),
        ({ADDRESS: {"Resembles": ["198.51.100.7"]}, ROLE: {"Equals": ["app"]}}, "cannot be judged"),
        ({"service.action.actionType": {"Equals": ["AWS_API_CALL"]}}, "neither the caller nor the resource"),
    ],
)
def test_too_broad(more: dict[str, Any], words: str) -> None:
    """What is missing in a rule, or too wide in it, is said."""
    assert words in reasons(**more)


@given(st.recursive(st.none() | st.text(max_size=5), lambda inner: st.dictionaries(st.text(max_size=6), inner)))
def test_any_document(document: Any) -> None:
    """Whatever a rule holds that names no caller is never called narrow."""
    assert too_broad(document)
    assert too_broad({"Criterion": document})
