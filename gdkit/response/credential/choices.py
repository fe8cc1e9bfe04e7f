"""The choices for containing the credential side by side, with the names of this case: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gdkit.response.credential.agent import AGENT, CUT, HOST_MANAGEMENT, UPLOAD
from gdkit.response.credential.holders import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

Answer = Literal["yes", "no", "in part"]

_IAM = "seconds to a few minutes (IAM gives no figure)"
_AT_ONCE = "within a minute; credentials in use are kept until they end"
_NOT_LIVE = ("terminated", "shutting-down")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to contain the credential.

    Attributes:
        step: name of the step.
        options: what the step is told for this variant.
        stops_stolen: whether the stolen keys stop working.
        stops_reminting: whether a thief who is still on the host is kept from getting new ones that work.
        breaks: what stops working, and for whom, by name.
        undo: how it is taken back.
        takes_effect: after how long.
    """

    step: str
    options: tuple[tuple[str, str], ...]
    stops_stolen: Answer
    stops_reminting: Answer
    breaks: str
    undo: str
    takes_effect: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One place in the order that is recommended."""

    step: str
    why: str


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """One way out of the conflict between the Deny and the Systems Manager agent.

    Attributes:
        how: what is done.
        price: what it costs.
    """

    how: str
    price: str


def choices(role_name: str, leaked: str, fleet: Sequence[Mapping[str, Any]],
            names: Mapping[str, str] | None = None) -> tuple[Choice, ...]:  # fmt: skip
    """Give the choices for a case.

    Args:
        role_name: the leaked role.
        leaked: the leaked session's name, for an instance its id.
        fleet: rows as ``tables.FLEET`` has them; those that are ended do not count.
        names: Name tags by instance id, where they are known.

    Source: IAM User Guide, "Revoke IAM role temporary security credentials"; EC2 User Guide, "IAM roles for Amazon
    EC2".
    """
    tags = names or {}
    live = [str(row["instance_id"]) for row in fleet if row.get("instance_id") and row.get("state") not in _NOT_LIVE]
    others = [_called(one, tags) for one in sorted(set(live)) if one != leaked]
    host = _called(leaked, tags)
    whole = f"{host} and {listed(others)}" if others else host
    one_goes_on = f"{listed(others)} {'goes' if len(others) == 1 else 'go'} on" if others else "no other is known"
    return (
        Choice("deny-session", (), "yes", "yes", f"all of AWS for {host}, its Systems Manager agent too; {one_goes_on}",
               "the session is taken out of the policy", _IAM),
        Choice("deny-session", (("leave-open", "ssm"),), "in part", "in part",
               f"AWS for {host}, but for {len(AGENT)} calls of its agent, which the thief keeps too; {one_goes_on}",
               "the session is taken out of the policy", _IAM),
        Choice("deny-session", (("issued-before", "now"),), "yes", "no",
               f"all of AWS for {host} until its next credential; {one_goes_on}",
               "the session is taken out of the policy", _IAM),
        Choice("revoke-sessions", (), "yes", "no",
               f"all of AWS for {whole}, and everybody else with a session of {role_name}, each until its next "
               "credential", "the policy is taken away; old credentials work again", _IAM),
        Choice("deny-role", (), "yes", "yes", f"all of AWS for {whole}, and everybody else with {role_name}",
               "the policy is taken away", _IAM),
        Choice("instance-profile", (), "no", "yes",
               f"what {host} does with {role_name}; its agent, unless Default Host Management is on",
               "the profile is given back", _AT_ONCE),
        Choice("pause-trust", (), "no", "yes",
               f"new credentials for {whole} when theirs end, and for whoever takes {role_name}",
               "the trust policy comes back byte for byte", _IAM),
    )  # fmt: skip


def recommended() -> tuple[Advice, ...]:
    """Give the order that is recommended; revoking before the profile is swapped leaves a window for new keys."""
    return (
        Advice("deny-session", "stops the stolen keys, and those that a thief on the host would fetch next"),
        Advice("capture-memory", "what is gone with a restart, before anything else changes the host"),
        Advice("instance-profile", "the host gets no more credentials of the role"),
        Advice("revoke-sessions", "only if other instances leaked too, or nobody knows: it hits the whole fleet"),
        Advice("deny-session, undone", "last of all, when the host is rebuilt or replaced"),
    )


def agent_choices() -> tuple[AgentChoice, ...]:
    """Give the ways out of the conflict that a whole Deny cuts the agent that would capture memory.

    That a Deny cuts the agent follows from how it signs; it was not tried on a real account.
    """
    return (
        AgentChoice("Deny everything, and take no memory by the agent", CUT),
        AgentChoice("Capture memory first, then deny", "the thief keeps his access meanwhile"),
        AgentChoice("deny-session with leave-open=ssm, capture, then deny the rest",
                    f"the thief keeps {len(AGENT)} calls of the agent: he can read commands sent to the instance and "
                    f"answer them. {UPLOAD}"),
        AgentChoice("Deny everything, and let the agent work by Default Host Management",
                    f"only {HOST_MANAGEMENT}; the role of it is on the host, too"),
    )  # fmt: skip


def _called(instance_id: str, names: Mapping[str, str]) -> str:
    name = names.get(instance_id)
    return f"{name} ({instance_id})" if name else instance_id
