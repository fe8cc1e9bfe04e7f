"""EC2's networks that an account brought, and its pools of addresses; moto has none of them.

Source: EC2 API Reference, DescribeByoipCidrs, DescribePublicIpv4Pools, DescribeIpv6Pools.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdkit.simulator.call import Call, Handlers, Result


class AddressPools:
    """Answers parts of EC2 about addresses that an account brought to AWS."""

    def __init__(self) -> None:
        self._brought: dict[tuple[str, str], list[str]] = {}
        self._lock = threading.Lock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("ec2", "DescribeByoipCidrs"): self.brought,
            ("ec2", "DescribePublicIpv4Pools"): lambda _: {"PublicIpv4Pools": []},
            ("ec2", "DescribeIpv6Pools"): lambda _: {"Ipv6Pools": []},
        }

    def bring(self, account_id: str, region: str, cidr: str) -> None:
        """Say that an account has brought a network to AWS, and advertises it."""
        with self._lock:
            self._brought.setdefault((account_id, region), []).append(cidr)

    def brought(self, call: Call) -> Result:
        """Give the networks that the account brought to the region."""
        with self._lock:
            cidrs = list(self._brought.get((call.account_id, call.region), ()))
        return {"ByoipCidrs": [{"Cidr": cidr, "State": "advertised"} for cidr in cidrs]}
