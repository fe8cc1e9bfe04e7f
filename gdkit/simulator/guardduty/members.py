"""GuardDuty's operations on an organisation: who administers whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.simulator.guardduty.pages import page
from gdkit.simulator.guardduty.shapes import wire_time
from gdkit.simulator.guardduty.state import NOT_ALLOWED, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.call import Call, Result
    from gdkit.simulator.guardduty.state import State


def _administrator(state: State, call: Call) -> Result:
    """Say who administers the account.

    For an account without one the member is absent, although the model calls it required: so the Terraform AWS
    provider's code expects it.
    """
    detector = state.detector(call)
    administrator = state.administrator_of(call.account_id)
    if administrator is None:
        return {}
    return {
        "Administrator": {
            "AccountId": administrator,
            "RelationshipStatus": "Enabled",
            "InvitedAt": wire_time(detector.created_at),
        }
    }


def _members(state: State, call: Call) -> Result:
    detector = state.detector(call)
    listed = []
    for account_id, email in state.members_of(call.account_id).items():
        own = state.detectors.get((account_id, call.region))
        member = {
            "AccountId": account_id,
            "MasterId": call.account_id,
            "AdministratorId": call.account_id,
            "Email": email,
            "RelationshipStatus": "Enabled",
            "UpdatedAt": wire_time(detector.updated_at),
        }
        listed.append({**member, "DetectorId": own.id} if own else member)
    members, following = page(call, listed)
    return {"Members": members, "NextToken": following}


def _organization_admins(state: State, call: Call) -> Result:
    """Say which account administers GuardDuty for the organisation; for the management account only.

    Source: GuardDuty API Reference, ListOrganizationAdminAccounts.
    """
    organization = state.organization
    asker = organization.management_account_id if organization else None
    if asker is not None and call.account_id != asker:
        raise refused(NOT_ALLOWED)
    named = [{"AdminAccountId": organization.administrator_id, "AdminStatus": "ENABLED"}] if organization else []
    admins, following = page(call, named)
    return {"AdminAccounts": admins, "NextToken": following}


OPERATIONS: dict[str, Callable[[State, Call], Result]] = {
    "GetAdministratorAccount": _administrator,
    "ListMembers": _members,
    "ListOrganizationAdminAccounts": _organization_admins,
}
