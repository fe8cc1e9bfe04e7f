"""Names in the parameters and answers of calls: by the field that holds them, and in ARNs."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from gdkit.report.redaction.parameters import named_in_arns, named_in_parameters


def _named(document: Any) -> list[tuple[str, str]]:
    return list(named_in_parameters(pd.Series([json.dumps(document), None, "no JSON"], dtype="object")))


@pytest.mark.parametrize(("document", "named"), [
    ({"roleName": "shop-web"}, [("ROLE", "shop-web")]),
    ({"bucketName": "shop-customers", "key": "2026/a.csv"}, [("BUCKET", "shop-customers"), ("OBJECT", "2026/a.csv")]),
    ({"items": [{"publicIpAddress": "54.214.147.47"}]}, [("ADDRESS", "54.214.147.47")]),
    ({"privateIpAddress": "10.45.0.4", "privateIpAddresses": 1}, [("ADDRESS", "10.45.0.4")]),
    ({"publicIp": "not an address"}, []),
    ({"cidrIp": "203.0.113.75/32", "ipAddress": "203.0.113.75"}, []),
])  # fmt: skip
def test_by_field(document: Any, named: list[tuple[str, str]]) -> None:
    """A field that names a thing gives its name, and an address where it is of a thing of the account."""
    assert _named(document) == named


def test_arns() -> None:
    """AWS's own policies and service roles have no name to take out."""
    text = "arn:aws:iam::aws:policy/ReadOnlyAccess arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/Y"
    assert list(named_in_arns(text)) == []
