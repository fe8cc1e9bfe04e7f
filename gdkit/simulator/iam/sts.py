"""The security token service: sessions of roles, and who is asking.

Source: AWS STS API Reference, "AssumeRole"; IAM User Guide, "Cross-account policy evaluation logic" and "Role
chaining".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError, Call, Handlers, Result
from gdkit.simulator.iam.credentials import RoleToAssume

if TYPE_CHECKING:
    from gdkit.simulator.iam.authorize import Authorizer
    from gdkit.simulator.iam.credentials import Credentials
    from gdkit.simulator.iam.principals import Policies

LONGEST_CHAINED_S = 3_600
"""A session that a session asks for lives an hour at most."""

SHORTEST_S, LONGEST_S = 900, 43_200
_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(?:[^/]+/)*([^/]+)")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")


class SecurityTokenService:
    """Answers STS."""

    def __init__(self, credentials: Credentials, policies: Policies, authorizer: Authorizer) -> None:
        self._credentials = credentials
        self._policies = policies
        self._authorizer = authorizer

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("sts", "AssumeRole"): self.assume_role,
            ("sts", "GetCallerIdentity"): self.get_caller_identity,
            ("sts", "GetAccessKeyInfo"): self.get_access_key_info,
            ("sts", "GetSessionToken"): _refuse_session,
            ("sts", "GetFederationToken"): _refuse_session,
        }

    def assume_role(self, call: Call) -> Result:
        """Issue a session of a role to whom its trust policy admits."""
        given = call.parameters
        found = _ROLE_ARN.fullmatch(str(given["RoleArn"]))
        name = str(given["RoleSessionName"])
        if found is None or not _SESSION_NAME.fullmatch(name):
            raise ApiError("ValidationError", "RoleArn or RoleSessionName is not valid")
        duration_s = int(given.get("DurationSeconds", LONGEST_CHAINED_S))
        longest_s = LONGEST_CHAINED_S if call.principal.kind == "AssumedRole" else LONGEST_S
        if not SHORTEST_S <= duration_s <= longest_s:
            raise ApiError("ValidationError", "DurationSeconds is outside what this role and caller allow.")
        account_id, role_name = found[1], found[2]
        bound = self._policies.of_role(account_id, role_name)
        decision = self._authorizer.assuming(call, bound, account_id) if bound else None
        if bound is None or decision is None or not decision.allowed:
            raise self._authorizer.refusal(call, "sts:AssumeRole", str(given["RoleArn"]), decision)
        role = RoleToAssume(account_id, role_name, bound.unique_id, bound.arn)
        policies = [self._policies.managed(account_id, one["arn"]) for one in given.get("PolicyArns", ())]
        policies += [str(given["Policy"])] if "Policy" in given else []
        issued = self._credentials.session(role, name, call.at, duration_s, policies=tuple(policies))
        return {
            "Credentials": {
                "AccessKeyId": issued.access_key_id,
                "SecretAccessKey": issued.secret_access_key,
                "SessionToken": issued.session_token,
                "Expiration": issued.principal.expires_at,
            },
            "AssumedRoleUser": {"AssumedRoleId": issued.principal.principal_id, "Arn": issued.principal.arn},
        }

    def get_caller_identity(self, call: Call) -> Result:
        """Say who is asking; no policy can forbid it."""
        who = call.principal
        return {"UserId": who.principal_id, "Account": who.account_id, "Arn": who.arn}

    def get_access_key_info(self, call: Call) -> Result:
        """Give the account that a key belongs to."""
        account_id = self._credentials.account_of(str(call.parameters["AccessKeyId"]))
        if account_id is None:
            raise ApiError("ValidationError", "Invalid access key id")
        return {"Account": account_id}


def _refuse_session(call: Call) -> dict[str, Any]:
    raise ApiError("AccessDenied", f"Cannot call {call.operation} with session credentials", 403)
