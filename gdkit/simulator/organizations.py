"""Organizations as far as its list of accounts goes, made of what the world says of who belongs together.

Source: Organizations API Reference, DescribeOrganization (any member), ListAccounts (the management account).
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from gdkit.simulator.call import ApiError

if TYPE_CHECKING:
    from gdkit.simulator.call import Call, Handlers, Result
    from gdkit.simulator.world import World

_MOST = 20
"""Accounts of a page at most. Source: Organizations API Reference, ListAccounts, MaxResults."""


class Organizations:
    """Answers parts of Organizations for the accounts of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("organizations", "DescribeOrganization"): self.describe,
            ("organizations", "ListAccounts"): self.list_accounts,
        }

    def describe(self, call: Call) -> Result:
        """Give the organisation of the account that asks."""
        manager = self._manager(call)
        return {"Organization": {"Id": self._id, "FeatureSet": "ALL", "MasterAccountId": manager,
                                 "MasterAccountArn": self._arn(manager),
                                 "Arn": f"arn:aws:organizations::{manager}:organization/{self._id}"}}  # fmt: skip

    def list_accounts(self, call: Call) -> Result:
        """Give the accounts, page by page, to the management account alone."""
        if call.account_id != self._manager(call):
            raise ApiError("AccessDeniedException", "You don't have permissions to access this resource.")
        names = sorted(self._world.organization_account_ids)
        begin, most = int(call.parameters.get("NextToken") or 0), int(call.parameters.get("MaxResults") or _MOST)
        rows = [{"Id": one, "Arn": self._arn(one), "Name": f"account {one}", "Status": "ACTIVE", "State": "ACTIVE",
                 "JoinedMethod": "CREATED"} for one in names[begin : begin + most]]  # fmt: skip
        following = begin + most
        return {"Accounts": rows, **({"NextToken": str(following)} if following < len(names) else {})}

    @property
    def _id(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        random = Random(f"organisation {self._world.management_account_id}")  # noqa: S311 - an id, not a secret
        return "o-" + "".join(random.choice(letters) for _ in range(10))

    def _manager(self, call: Call) -> str:
        manager = self._world.management_account_id
        if not manager or call.account_id not in self._world.organization_account_ids:
            raise ApiError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
        return manager

    def _arn(self, account_id: str) -> str:
        manager = self._world.management_account_id
        return f"arn:aws:organizations::{manager}:account/{self._id}/{account_id}"
