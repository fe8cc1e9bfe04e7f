"""What really happened in a scenario: who made each recorded call. The analyst never sees it; tests score by it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TrueCall:
    """One recorded call and who made it.

    Attributes:
        actor: ``thief``, ``workload``, ``admin``, ``aws`` …; empty where the caller did not say.
        echo: it is the second record of a call, in the account of the role that was taken.
    """

    event_id: str
    actor: str
    account_id: str
    region: str
    name: str
    data_event: bool
    echo: bool
    principal_id: str
    access_key_id: str


class Truth:
    """Keeps who made which call."""

    def __init__(self) -> None:
        self._calls: list[TrueCall] = []
        self._lock = threading.Lock()

    def note(self, record: dict[str, Any], actor: str | None) -> None:
        """Note one record and its maker."""
        identity = record["userIdentity"]
        call = TrueCall(
            record["eventID"],
            actor or "",
            record["recipientAccountId"],
            record["awsRegion"],
            record["eventName"],
            record["eventCategory"] == "Data",
            identity["type"] == "AWSAccount",
            identity.get("principalId", ""),
            identity.get("accessKeyId") or "",
        )
        with self._lock:
            self._calls.append(call)

    def calls(self) -> tuple[TrueCall, ...]:
        """Give every call that was noted, in order."""
        with self._lock:
            return tuple(self._calls)
