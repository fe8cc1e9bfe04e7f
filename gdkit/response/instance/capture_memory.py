"""Have the responders' own Systems Manager document run on the instance, to capture its memory."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.credential.agent import CUT, UPLOAD
from gdkit.response.instance.agent_cut import READS, agent_cut
from gdkit.response.instance.host import INSTANCE, called, instance_of, listed_of
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target, Undone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

_DOCUMENT = re.compile(r"(?:arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]{12}:document/)?[a-zA-Z0-9_.:/-]{3,128}", re.ASCII)
"""A document's name or ARN. Source: Systems Manager API Reference, SendCommand, DocumentName."""

MOST_COMMENT = 100
"""Characters of a command's comment. Source: as above, Comment."""

_ENDED_WELL, _ENDED_BADLY = ("Success",), ("Cancelled", "TimedOut", "Failed", "Undeliverable", "Terminated")
"""Source: Systems Manager API Reference, Command, Status, StatusDetails."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Tell whether this command was sent to the instance already; it is known by its comment.

    Raises:
        ResponseError: the case names no instance, it is gone, or what was told cannot be.
        AwsError: it could not be read.
    """
    instance_of(aws, target)
    return {"command": "sent" if _sent(aws, target) else None}


def want(target: Target, now: State) -> State:
    """Give the command as sent."""
    return {"command": "sent"}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that sends the command."""
    if now == wanted or wanted["command"] is None:
        return ()
    document, parameters = _told(target)
    asked = {"InstanceIds": [target.instance_id], "DocumentName": document, "Parameters": parameters,
             "Comment": comment(target), "TimeoutSeconds": 600}  # fmt: skip
    return (Action("ssm", "SendCommand", asked, f"Run {document} on {target.instance_id}",
                   results=("Command.CommandId",)),)  # fmt: skip


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say that something runs on the host."""
    if now == wanted:
        return ()
    document, _ = _told(target)
    name = called(instance_of(aws, target))
    return (SideEffect(f"{document} runs on {name} as its agent's user: it changes memory and disk a little, and "
                       "whoever is on the host can see it", (str(target.instance_id),)),)  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Look whether the agent can take the command: by what Systems Manager says, and by what gdkit itself cut.

    Raises:
        AwsError: Systems Manager could not be read.
    """
    asks = {"Filters": [{"Key": "InstanceIds", "Values": [target.instance_id]}]}
    rows = listed_of(aws, target, "ssm", "DescribeInstanceInformation", "InstanceInformationList", asks)
    found = next((one for one in rows if one["InstanceId"] == target.instance_id), None)
    status = str(found["PingStatus"]) if found else ""
    told = f"it is {status}" if found else "Systems Manager does not know the instance"
    help_for_it = "" if status == "Online" else f". {CUT}"
    return (Check("the Systems Manager agent takes commands", status == "Online", told + help_for_it),
            agent_cut(aws, target))  # fmt: skip


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Leave it: what ran on the host cannot be taken back."""
    told = "a command that was sent cannot be unsent; what it captured is evidence"
    return Undone(now, (told,) if before != after else ())


def confirm(aws: ReadOnlyAws, target: Target, before: State, after: State) -> Sequence[Check]:
    """Tell what became of the command.

    Raises:
        AwsError: it could not be read.
    """
    found = _sent(aws, target)
    status = str(found[-1]["Status"]) if found else "not found"
    holds = True if status in _ENDED_WELL else False if status in _ENDED_BADLY else None
    told = f"it is {status}" + ("" if found else ": it can take a moment to be listed")
    return (Check("the command ended well on the host", holds, told),)


def comment(target: Target) -> str:
    """Give the comment by which the command is found again: the case, and a hash of what was told."""
    document, parameters = _told(target)
    told = hashlib.sha256(json.dumps([document, parameters], sort_keys=True).encode()).hexdigest()[:12]
    return f"gdkit {target.case_id[: MOST_COMMENT - 30]} memory {told}"


def _sent(aws: ReadOnlyAws, target: Target) -> list[Mapping[str, Any]]:
    asks = {"InstanceId": target.instance_id}
    found = listed_of(aws, target, "ssm", "ListCommands", "Commands", asks)
    return [one for one in found if one.get("Comment") == comment(target)]


def _told(target: Target) -> tuple[str, dict[str, list[str]]]:
    """Give the document and its parameters.

    Raises:
        ResponseError: they cannot be.
    """
    document, text = target.options["document"], target.options["parameters"]
    if not _DOCUMENT.fullmatch(document):
        raise ResponseError(f"{document[:80]!r} is no Systems Manager document", where="option document",
                            action="give the name or ARN of your team's document for memory")  # fmt: skip
    wrong = ResponseError("the parameters are no JSON object of lists of texts", where="option parameters",
                          action='write them as {"Name": ["value"]}')  # fmt: skip
    try:
        found = json.loads(text)
    except ValueError as error:
        raise wrong from error
    if not isinstance(found, dict) or not all(
        isinstance(one, list) and all(isinstance(each, str) for each in one) for one in found.values()
    ):
        raise wrong
    return document, found


STEP = Step(
    name="capture-memory",
    title="Capture the instance's memory by your own Systems Manager document",
    phase="evidence",
    explanation=Explanation(
        what="Sends one command through Systems Manager: it runs the document that you name, once, on this instance.",
        why="Memory holds the thief's processes, keys and connections, and is lost at a stop. gdkit brings no tool for "
            "it: the document must be your team's own, tried before, with the tool for this kernel.",
        breaks="Nothing by itself. The tool needs memory and disk of the host.",
        leaves_open=f"{CUT}. {UPLOAD}. The output of the command was written on the thief's host: trust it as little "
                    "as the host.",
        undo="Nothing: what ran cannot be taken back.",
        source="Systems Manager API Reference, SendCommand, ListCommands, DescribeInstanceInformation; AWS Security "
               "Incident Response Guide, Collecting relevant evidence",
    ),
    needs=(
        Need("ec2:DescribeInstances"),
        Need("ssm:DescribeInstanceInformation"),
        Need("ssm:ListCommands"),
        *READS,
        Need("ssm:SendCommand", INSTANCE, writes=True),
        Need("ssm:SendCommand", "arn:{partition}:ssm:{region}:*:document/*", writes=True),
    ),
    options=(
        Option("document", "Name or ARN of your Systems Manager document that captures memory.", required=True),
        Option("parameters", 'What the document takes, as JSON: {"Name": ["value"]}. Never a secret: it is shown and '
                             "kept in the journal.", "{}"),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    revert=revert,
    confirm=confirm,
    settles_s=60.0,
)  # fmt: skip
"""The step."""
