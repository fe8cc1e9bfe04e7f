"""Calls that issue a credential besides AssumeRole and its kin, and where their answers name its key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gdkit.trail.masking import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUES = frozenset(
    {
        "sts GetFederationToken", "sts GetSessionToken", "iam CreateAccessKey", "signin GetSigninToken",
        "ssm RequestManagedInstanceRoleToken", "sso GetRoleCredentials", "cognito-identity GetCredentialsForIdentity",
        "rolesanywhere CreateSession", "ecs GetTaskCredentials",
    }
)  # fmt: skip
"""Calls that issue a credential besides those whose name begins with AssumeRole (AssumeRoot is one of these here).

Source: API references of STS, IAM, IAM Roles Anywhere, Cognito Identity, IAM Identity Center portal; Systems Manager
User Guide, "Default Host Management Configuration"; IAM User Guide, "Enable custom identity broker access".
"""

KEY_IN_ANSWER = re.compile(r'"[aA]ccessKeyId":"((?:ASIA|AKIA)[A-Z0-9]{12,124})"')
"""A key that an answer names, in its JSON text without spaces."""


def key_in_answer(record: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    """Give the key of a credential that a call issued, wherever its answer names it; None where it issued none.

    Args:
        record: of the call.
        answer: its ``responseElements``.
    """
    if not answer or record.get("errorCode") is not None:
        return None
    service = str(record.get("eventSource")).removesuffix(".amazonaws.com")
    if f"{service} {record.get('eventName')}" not in ISSUES:
        return None
    found = KEY_IN_ANSWER.search(json_text(answer) or "")
    return found[1] if found else None
