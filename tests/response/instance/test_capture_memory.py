"""One command through Systems Manager, sent once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.credential import deny_role, deny_session
from gdkit.response.instance import isolate_instance
from gdkit.response.instance.capture_memory import MOST_COMMENT, STEP, comment
from gdkit.response.record import CALL
from tests.response.desk import Desk, desk_for
from tests.response.suite import LastingSuite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import Fleet, SmallWorld

PARAMETERS = json.dumps({"Bucket": ["evidence"], "Tool": ["avml"]})


@pytest.fixture
def desk(world: SmallWorld, host: str, tmp_path: Path) -> Desk:
    """Give a desk with the team's document, about an instance whose agent reports."""
    world.accounts.perform(
        "111122223333", "eu-west-1", "ssm", "UpdateInstanceInformation", InstanceId=host, AgentVersion="3.3"
    )
    options = {"document": "Team-CaptureMemory", "parameters": PARAMETERS}
    return desk_for(world, STEP, tmp_path / "case", options=options, instance_id=host)


@pytest.fixture
def snapshot(world: SmallWorld, host: str) -> Callable[[], Any]:
    """Give the commands sent to the instance, read past the gateway."""
    systems = world.site.api("ssm")
    return lambda: [(one["Comment"], one["Parameters"]) for one in systems.list_commands(InstanceId=host)["Commands"]]


@pytest.fixture
def disturb(world: SmallWorld, desk: Desk, host: str) -> Callable[[], Any]:
    """Send the same command by another hand."""
    return lambda: world.site.api("ssm").send_command(
        InstanceIds=[host], DocumentName="Team-CaptureMemory", Comment=comment(desk.target)
    )


@pytest.fixture
def unread() -> frozenset[str]:
    """Give what is read only where the case knows the role."""
    return frozenset({"iam:GetRole", "iam:GetRolePolicy"})


class TestConformance(LastingSuite):
    """What every step must hold."""


def test_what_was_told_is_sent(desk: Desk, snapshot: Callable[[], Any]) -> None:
    """The document's parameters are sent as they were told, with the case in the comment."""
    applied = desk.apply(desk.preview())
    ((text, parameters),) = snapshot()
    assert parameters == {"Bucket": ["evidence"], "Tool": ["avml"]}
    assert text.startswith("gdkit case-1 memory ")
    assert applied.checks[-1].found == "it is Success"
    assert desk.journal(CALL)[0]["results"]["Command.CommandId"]


def test_what_gdkit_cut_is_told(world: SmallWorld, fleet: Fleet, desk: Desk, tmp_path: Path) -> None:
    """While the agent is still called online, a Deny of this session, or of the role, tells that it is cut."""
    leaked = fleet.instances[0].id
    known = {"role_name": fleet.role, "role_id": fleet.role_id, "session_name": leaked, "instance_id": leaked}
    mine = replace(desk, target=replace(desk.target, **known))

    def told() -> Any:
        return next(one for one in mine.preview().checks if "gdkit put in place" in one.what)

    assert told().holds is True
    deny = desk_for(world, deny_session.STEP, tmp_path / "deny", **known)
    deny.apply(deny.preview())
    assert told().holds is False
    assert "denies everything to the session" in told().found
    deny.apply(deny.preview_undo())
    open_ssm = desk_for(world, deny_session.STEP, tmp_path / "open", options={"leave-open": "ssm"}, **known)
    open_ssm.apply(open_ssm.preview())
    assert told().holds is True
    whole = desk_for(world, deny_role.STEP, tmp_path / "role", **known)
    whole.apply(whole.preview())
    assert "denies everything to the role" in told().found


def test_isolation_is_told(world: SmallWorld, desk: Desk, host: str, tmp_path: Path) -> None:
    """In gdkit's isolation group no agent can be reached."""
    isolate = desk_for(world, isolate_instance.STEP, tmp_path / "isolate", instance_id=host)
    isolate.apply(isolate.preview())
    told = next(one for one in desk.preview().checks if "gdkit put in place" in one.what)
    assert told.holds is False
    assert "isolation group" in told.found


def test_another_command_is_another_one(desk: Desk, snapshot: Callable[[], Any]) -> None:
    """With other parameters it is another command, which is sent as well."""
    desk.apply(desk.preview())
    other = desk.told(document="Team-CaptureMemory", parameters='{"Tool": ["lime"]}')
    other.apply(other.preview())
    assert len(snapshot()) == 2


def test_agent_that_is_cut_off(world: SmallWorld, desk: Desk) -> None:
    """That the agent cannot take the command is told before it is sent, with why it may be so."""
    assert desk.preview().checks[0].holds is True
    world.go_on(hours=1)
    check = desk.preview().checks[0]
    assert check.holds is False
    assert "ConnectionLost" in check.found
    assert "Deny" in check.found


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": "b"}', '{"a": [1]}'])
def test_parameters_that_cannot_be(desk: Desk, text: str) -> None:
    """Parameters that are no object of lists of texts are refused."""
    with pytest.raises(ResponseError, match="parameters"):
        desk.told(document="Team-CaptureMemory", parameters=text).preview()


@pytest.mark.parametrize("text", ["a b", "x", "<script>", "arn:aws:ssm:eu-west-1:1:document/x y"])
def test_document_that_cannot_be(desk: Desk, text: str) -> None:
    """What is no document's name is refused."""
    with pytest.raises(ResponseError, match="document"):
        desk.told(document=text).preview()


def test_comment_fits(desk: Desk) -> None:
    """The comment is never longer than Systems Manager takes."""
    assert len(comment(replace(desk.target, case_id="c" * 200))) <= MOST_COMMENT
