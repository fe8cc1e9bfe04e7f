"""Transit gateways that accounts share: moto keeps each in one account, and forgets what a route leads to.

Source: Amazon VPC Transit Gateways guide, "Transit gateway sharing": who attaches a VPC sees the attachment; the route
tables are the owner's alone.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from gdkit.simulator.ec2.asking import asked_of_moto

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gdkit.simulator.backend import Backend
    from gdkit.simulator.call import Call, Handlers, Result


@dataclass(frozen=True, slots=True)
class _Attached:
    attachment_id: str
    account_id: str
    vpc_id: str
    subnet_ids: tuple[str, ...]


@dataclass(slots=True)
class _Gateway:
    """One transit gateway with one route table."""

    id: str
    table_id: str
    owner: str
    region: str
    attached: list[_Attached] = field(default_factory=list)
    routes: dict[str, _Attached] = field(default_factory=dict)


class TransitGateways:
    """Answers parts of EC2 about transit gateways; those that moto made are moto's."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._gateways: dict[str, _Gateway] = {}
        self._lock = threading.Lock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("ec2", "DescribeTransitGatewayAttachments"): self.attachments,
            ("ec2", "DescribeTransitGatewayVpcAttachments"): self.vpc_attachments,
            ("ec2", "SearchTransitGatewayRoutes"): self.routes,
        }

    def share(self, gateway_id: str, owner: str, region: str) -> str:
        """Say that an account shares a transit gateway, to which any account may attach a VPC; give its table's id."""
        random = Random(f"table of {gateway_id}")  # noqa: S311 - an id, not a secret
        made = _Gateway(gateway_id, f"tgw-rtb-0{random.getrandbits(64):016x}", owner, region)
        with self._lock:
            self._gateways[made.id] = made
        return made.table_id

    def attach(self, gateway_id: str, account_id: str, vpc_id: str, subnet_ids: Sequence[str]) -> str:
        """Attach an account's VPC, and give the attachment's id.

        Raises:
            KeyError: there is no such transit gateway.
        """
        random = Random(f"attach {gateway_id} {vpc_id}")  # noqa: S311 - an id, not a secret
        made = _Attached(f"tgw-attach-0{random.getrandbits(64):016x}", account_id, vpc_id, tuple(subnet_ids))
        with self._lock:
            self._gateways[gateway_id].attached.append(made)
        return made.attachment_id

    def send(self, gateway_id: str, cidr: str, attachment_id: str) -> None:
        """Send what goes to a network to an attachment.

        Raises:
            KeyError: there is no such transit gateway.
            StopIteration: there is no such attachment.
        """
        with self._lock:
            gateway = self._gateways[gateway_id]
            gateway.routes[cidr] = next(one for one in gateway.attached if one.attachment_id == attachment_id)

    def attachments(self, call: Call) -> Result:
        """Give the attachments that an account may see."""
        found = self._moto(call, "describe_transit_gateway_attachments")
        found["TransitGatewayAttachments"] += _chosen(call, (self._row(call, *one) for one in self._visible(call)))
        return found

    def vpc_attachments(self, call: Call) -> Result:
        """Give the attachments of VPCs that an account may see, with their subnets."""
        found = self._moto(call, "describe_transit_gateway_vpc_attachments")
        rows = ({"TransitGatewayAttachmentId": one.attachment_id, "TransitGatewayId": gateway.id,
                 "VpcId": one.vpc_id, "VpcOwnerId": one.account_id, "State": "available",
                 "SubnetIds": list(one.subnet_ids)} for gateway, one in self._visible(call))  # fmt: skip
        found["TransitGatewayVpcAttachments"] += _chosen(call, rows)
        return found

    def routes(self, call: Call) -> Result:
        """Give the routes of a table, to its owner."""
        wanted = call.parameters.get("TransitGatewayRouteTableId")
        gateway = next((one for one in self._gateways.values() if one.table_id == wanted), None)
        if gateway is None or gateway.owner != call.account_id or gateway.region != call.region:
            return self._moto(call, "search_transit_gateway_routes")
        rows = [{"DestinationCidrBlock": cidr, "Type": "static", "State": "active", "TransitGatewayAttachments": [
            {"ResourceId": one.vpc_id, "ResourceType": "vpc", "TransitGatewayAttachmentId": one.attachment_id}
        ]} for cidr, one in gateway.routes.items()]  # fmt: skip
        return {"Routes": rows, "AdditionalRoutesAvailable": False}

    def _visible(self, call: Call) -> list[tuple[_Gateway, _Attached]]:
        with self._lock:
            return [(gateway, one) for gateway in self._gateways.values() if gateway.region == call.region
                    for one in gateway.attached if call.account_id in (gateway.owner, one.account_id)]  # fmt: skip

    def _row(self, call: Call, gateway: _Gateway, one: _Attached) -> dict[str, Any]:
        row = {"TransitGatewayAttachmentId": one.attachment_id, "TransitGatewayId": gateway.id,
               "TransitGatewayOwnerId": gateway.owner, "ResourceOwnerId": one.account_id, "ResourceType": "vpc",
               "ResourceId": one.vpc_id, "State": "available"}  # fmt: skip
        if call.account_id != gateway.owner:
            return row
        return {**row, "Association": {"TransitGatewayRouteTableId": gateway.table_id, "State": "associated"}}

    def _moto(self, call: Call, operation: str) -> Result:
        client = self._backend.client("ec2", call.account_id, call.region)
        return asked_of_moto(getattr(client, operation), call.parameters)


_MEMBERS = {
    "resource-id": ("ResourceId", "VpcId"),
    "transit-gateway-attachment-id": ("TransitGatewayAttachmentId",),
    "transit-gateway-id": ("TransitGatewayId",),
    "vpc-id": ("VpcId",),
}


def _chosen(call: Call, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows that pass the call's filters; a filter that is not known lets nothing pass."""
    filters = call.parameters.get("Filters", ())
    return [row for row in rows if all({row.get(name) for name in _MEMBERS.get(one["Name"], ())} & set(one["Values"])
                                       for one in filters)]  # fmt: skip
