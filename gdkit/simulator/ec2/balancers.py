"""Targets of load balancers: moto knows one port for each target alone, and answers badly of classic balancers.

Source: Elastic Load Balancing API Reference, RegisterTargets, DeregisterTargets, DescribeTargetHealth; classic:
RegisterInstancesWithLoadBalancer, DeregisterInstancesFromLoadBalancer.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError
from gdkit.simulator.ec2.asking import asked_of_moto

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.simulator.backend import Backend
    from gdkit.simulator.call import Call, Handlers, Result

    Targets = dict[tuple[str, int], None]


class Balancers:
    """Answers for what is registered with load balancers; every target is healthy."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._targets: dict[str, Targets] = {}
        self._lock = threading.Lock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("elbv2", "RegisterTargets"): self.register,
            ("elbv2", "DeregisterTargets"): self.deregister,
            ("elbv2", "DescribeTargetHealth"): self.health,
            ("elb", "RegisterInstancesWithLoadBalancer"): self.classic,
            ("elb", "DeregisterInstancesFromLoadBalancer"): self.classic,
        }

    def register(self, call: Call) -> Result:
        """Put targets under the port that is told, or under the group's."""
        port = int(self._group(call)["Port"])
        with self._lock:
            held = self._targets.setdefault(str(call.parameters["TargetGroupArn"]), {})
            held.update({(str(one["Id"]), int(one.get("Port") or port)): None for one in call.parameters["Targets"]})
        return {}

    def deregister(self, call: Call) -> Result:
        """Take targets out: under one port, or under all where none is told."""
        self._group(call)
        with self._lock:
            held = self._targets.setdefault(str(call.parameters["TargetGroupArn"]), {})
            for one in call.parameters["Targets"]:
                for key in [key for key in held if key[0] == one["Id"] and one.get("Port") in (None, key[1])]:
                    del held[key]
        return {}

    def health(self, call: Call) -> Result:
        """Give the targets of a group."""
        self._group(call)
        with self._lock:
            held = list(self._targets.get(str(call.parameters["TargetGroupArn"]), ()))
        rows = [{"Target": {"Id": name, "Port": port}, "HealthCheckPort": str(port),
                 "TargetHealth": {"State": "healthy"}} for name, port in held]  # fmt: skip
        return {"TargetHealthDescriptions": rows}

    def classic(self, call: Call) -> Result:
        """Let moto do it, and give the instances that there are then."""
        elb = self._backend.client("elb", call.account_id, call.region)
        does = {"RegisterInstancesWithLoadBalancer": elb.register_instances_with_load_balancer,
                "DeregisterInstancesFromLoadBalancer": elb.deregister_instances_from_load_balancer}  # fmt: skip
        asked_of_moto(does[call.operation], dict(call.parameters))
        asks = {"LoadBalancerNames": [call.parameters["LoadBalancerName"]]}
        found = asked_of_moto(elb.describe_load_balancers, asks)["LoadBalancerDescriptions"]
        return {"Instances": found[0]["Instances"]}

    def _group(self, call: Call) -> Mapping[str, Any]:
        elbv2 = self._backend.client("elbv2", call.account_id, call.region)
        asks = {"TargetGroupArns": [call.parameters["TargetGroupArn"]]}
        found = asked_of_moto(elbv2.describe_target_groups, asks)["TargetGroups"]
        if not found:
            raise ApiError("TargetGroupNotFound", "One or more target groups not found")
        first: Mapping[str, Any] = found[0]
        return first
