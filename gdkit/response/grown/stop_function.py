"""Let a function that the thief made or changed run no more, and give it back what it might run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import AwsError
from gdkit.response.grown.place import ACCOUNT, REGION, action, asked, gone, told
from gdkit.response.step import Action, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "stop-function"
_ARN = "arn:{partition}:lambda:{region}:{account_id}:function:{function}"
_RESERVED = "ReservedConcurrentExecutions"


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give how many runs at once are reserved for the function; None where nothing is.

    Raises:
        ResponseError: the function is not there.
        AwsError: it could not be read.
    """
    function = told(target, "function")
    try:
        answer = asked(aws, target, "lambda", "GetFunctionConcurrency", {"FunctionName": function})
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        raise gone(f"the function {function}", NAME, "DeleteFunction20150331") from error
    return {_RESERVED: answer.get(_RESERVED)}


def want(target: Target, now: State) -> State:
    """Give none."""
    return {_RESERVED: 0}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that reserves a number of runs, or that reserves none."""
    if now == wanted:
        return ()
    function, number = told(target, "function"), wanted[_RESERVED]
    if number is None:
        return (action(target, "lambda", "DeleteFunctionConcurrency", {"FunctionName": function},
                       f"Let {function} run without a reserved number again"),)  # fmt: skip
    return (action(target, "lambda", "PutFunctionConcurrency", {"FunctionName": function, _RESERVED: number},
                   f"Let {function} run {number} times at once"),)  # fmt: skip


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what stops."""
    if now == wanted:
        return ()
    function = told(target, "function")
    was = "without a reserved number" if now[_RESERVED] is None else f"{now[_RESERVED]} times at once"
    return (SideEffect(f"Every version and alias of {function} is throttled (it could run {was}): callers and its URL "
                       "get 429, events wait or are lost after their retries", (function,)),)  # fmt: skip


STEP = Step(
    name=NAME,
    title="Let a Lambda function run no more",
    phase="containment",
    explanation=Explanation(
        what="Reserves 0 runs at once for the function, so that AWS throttles each invocation. Code, URL, triggers "
        "and permissions stay.",
        why="A function that the thief made or changed acts with its own role, and no Deny on the leaked session "
        "reaches it.",
        breaks="Everything that the function is for, if it was there before the thief changed it. Asynchronous events "
        "are tried again for up to 6 hours and then dropped; queues and streams wait.",
        leaves_open="A run that goes on now ends by itself, within 15 minutes for most. A function URL stays and "
        "answers 429. Credentials that the code sent away live until they end. The changed code is still there. A "
        "function with provisioned concurrency cannot be set to 0 before that is removed: Lambda then refuses.",
        undo="Reserves the number that was reserved, or none.",
        source="AWS Lambda API Reference, PutFunctionConcurrency; Lambda Developer Guide, Configuring reserved "
        "concurrency, Throttling behavior of asynchronous invocation",
    ),
    needs=(
        Need("lambda:GetFunctionConcurrency", _ARN),
        Need("lambda:PutFunctionConcurrency", _ARN, writes=True),
        Need("lambda:DeleteFunctionConcurrency", _ARN, writes=True),
    ),
    options=(Option("function", "Name of the function.", required=True), ACCOUNT, REGION),
    read=read,
    want=want,
    change=change,
    effects=effects,
)  # fmt: skip
"""The step."""
