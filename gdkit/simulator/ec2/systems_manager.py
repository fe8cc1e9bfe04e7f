"""Systems Manager as far as an agent's heartbeat and its list go; moto has neither.

Source: AWS Systems Manager API Reference, "DescribeInstanceInformation"; the agent's call is not documented.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdkit.simulator.call import Call, Handlers, Result

ONLINE_FOR = timedelta(minutes=30)
"""How long after its last heartbeat an agent still counts as online."""


class SystemsManager:
    """Answers parts of Systems Manager."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], dict[str, tuple[datetime, str]]] = {}
        self._lock = threading.Lock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {("ssm", "UpdateInstanceInformation"): self.heartbeat,
                ("ssm", "DescribeInstanceInformation"): self.describe}  # fmt: skip

    def heartbeat(self, call: Call) -> Result:
        """Take in an agent's sign of life."""
        with self._lock:
            home = self._seen.setdefault((call.account_id, call.region), {})
            home[str(call.parameters["InstanceId"])] = (call.at, str(call.parameters.get("AgentVersion", "")))
        return {}

    def describe(self, call: Call) -> Result:
        """Give the instances whose agents were seen, and whether they still are."""
        with self._lock:
            home = dict(self._seen.get((call.account_id, call.region), {}))
        rows = [
            {
                "InstanceId": instance_id,
                "PingStatus": "Online" if call.at - at <= ONLINE_FOR else "ConnectionLost",
                "LastPingDateTime": at,
                "AgentVersion": version,
                "PlatformType": "Linux",
                "ResourceType": "EC2Instance",
            }
            for instance_id, (at, version) in sorted(home.items())
        ]
        return {"InstanceInformationList": rows}
