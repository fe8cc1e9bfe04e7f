"""Address and entity lists of a detector: none can be made in the simulated accounts, so there are none to list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.call import Call, Result
    from gdkit.simulator.guardduty.state import State

_LISTS = {
    "ListIPSets": "IpSetIds",
    "ListThreatEntitySets": "ThreatEntitySetIds",
    "ListThreatIntelSets": "ThreatIntelSetIds",
    "ListTrustedEntitySets": "TrustedEntitySetIds",
}
"""The answer's member, by operation. Source: botocore's model of GuardDuty."""


def _none(member: str, state: State, call: Call) -> Result:
    state.detector(call)
    return {member: [], "NextToken": ""}


OPERATIONS: dict[str, Callable[[State, Call], Result]] = {
    operation: partial(_none, member) for operation, member in _LISTS.items()
}
