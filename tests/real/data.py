"""Real logs by others, read where they lie beside the checkout; a test that needs them says so and skips without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"


def real(name: str) -> Path:
    """Give the path of a file or folder of the real logs, or skip the test where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the real logs are not here: {name}")
    return path


def finding_document(*, role_id: str, role: str, instance: str, key: str, address: str, account: str,
                     region: str = "us-east-1") -> dict[str, Any]:  # fmt: skip
    """Give an OutsideAWS finding for a real theft whose own finding is not public, from the facts that are."""
    return {
        "schemaVersion": "2.0",
        "accountId": account,
        "region": region,
        "id": f"finding-{instance}",
        "type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
        "severity": 8,
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {
                "accessKeyId": key,
                "principalId": f"{role_id}:{instance}",
                "userType": "AssumedRole",
                "userName": role,
            },
        },
        "service": {
            "serviceName": "guardduty",
            "count": 1,
            "action": {
                "actionType": "AWS_API_CALL",
                "awsApiCallAction": {"callerType": "Remote IP", "remoteIpDetails": {"ipAddressV4": address}},
            },
        },
    }
