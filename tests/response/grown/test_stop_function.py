"""A function that a thief made: throttled, and running again."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import ResponseError
from gdkit.response.grown.stop_function import STEP
from tests.response.desk import Desk, desk_for
from tests.response.grown import made
from tests.response.suite import Suite
from tests.simulator.small_world import EVERYTHING, outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.small_world import SmallWorld


@pytest.fixture(params=[None, 7])
def reserved(request: pytest.FixtureRequest) -> int | None:
    """Give what is reserved before: nothing, or a number."""
    value: int | None = request.param
    return value


@pytest.fixture
def function(world: SmallWorld, reserved: int | None) -> str:
    """Make the thief's function."""
    called, code = made.name("nightly"), io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("a.py", "def handle(event, context): return None")
    role = world.site.role(f"{called}-role", {"Service": "lambda.amazonaws.com"}, EVERYTHING)
    api = world.site.api("lambda")
    api.create_function(FunctionName=called, Runtime="python3.13", Handler="a.handle", Role=role,
                        Code={"ZipFile": code.getvalue()})  # fmt: skip
    if reserved is not None:
        api.put_function_concurrency(FunctionName=called, ReservedConcurrentExecutions=reserved)
    return called


@pytest.fixture
def desk(world: SmallWorld, function: str, tmp_path: Path) -> Desk:
    """Give a desk about it."""
    return desk_for(world, STEP, tmp_path / "case", options={"function": function})


@pytest.fixture
def snapshot(world: SmallWorld, function: str) -> Callable[[], Any]:
    """Read what is reserved past the gateway; None for nothing, which is another thing than 0."""
    get = world.site.api("lambda").get_function_concurrency
    return lambda: get(FunctionName=function).get("ReservedConcurrentExecutions")


@pytest.fixture
def disturb(world: SmallWorld, function: str) -> Callable[[], Any]:
    """Reserve another number as somebody else."""
    put = world.site.api("lambda").put_function_concurrency
    return lambda: put(FunctionName=function, ReservedConcurrentExecutions=3)


class TestConformance(Suite):
    """What every step must hold."""


def test_cannot_be_invoked(world: SmallWorld, desk: Desk, function: str) -> None:
    """It answers, is throttled after the step whoever asks, and answers after the undo."""
    invoke = world.api("lambda").invoke
    assert outcome(invoke, FunctionName=function) == "ok"
    desk.apply(desk.preview())
    assert outcome(invoke, FunctionName=function) == "TooManyRequestsException"
    desk.apply(desk.preview_undo())
    assert outcome(invoke, FunctionName=function) == "ok"


def test_says_what_it_could(desk: Desk, reserved: int | None) -> None:
    """The preview says what it could run before, and that its URL stays and is throttled."""
    was = "without a reserved number" if reserved is None else f"{reserved} times at once"
    assert was in desk.preview().effects[0].what
    assert "A function URL stays and answers 429" in STEP.explanation.leaves_open


def test_by_arn(desk: Desk, function: str) -> None:
    """It may be named by its ARN, as the log has it; a version in it is refused, for all versions are stopped."""
    arn = f"arn:aws:lambda:eu-west-1:111122223333:function:{function}"
    assert desk.told(function=arn).preview().actions[0].parameters["FunctionName"] == arn
    with pytest.raises(ResponseError, match="option function"):
        desk.told(function=f"{arn}:3").preview()


def test_gone(desk: Desk) -> None:
    """A function that is gone is told."""
    with pytest.raises(ResponseError, match="the function nobody-here does not exist"):
        desk.told(function="nobody-here").preview()
