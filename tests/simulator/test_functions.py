"""Lambda in the simulator: a function is invoked, and throttled where no run is reserved for it."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.simulator.small_world import EVERYTHING, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld


@pytest.fixture(scope="module")
def function(world: SmallWorld) -> Any:
    """Make a function, and give a client that reaches it over HTTP."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("a.py", "def handle(event, context): return None")
    role = world.site.role("runs-code", {"Service": "lambda.amazonaws.com"}, EVERYTHING)
    world.site.api("lambda").create_function(
        FunctionName="nightly", Runtime="python3.13", Handler="a.handle", Code={"ZipFile": code.getvalue()}, Role=role
    )
    return world.api("lambda")


def test_invoked_and_throttled(world: SmallWorld, function: Any) -> None:
    """A function answers; with 0 reserved it is throttled by 429; without a reservation it answers again."""
    assert function.invoke(FunctionName="nightly")["Payload"].read() == b"null"
    function.put_function_concurrency(FunctionName="nightly", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as throttled:
        function.invoke(FunctionName="nightly")
    assert throttled.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert throttled.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert world.last_record("Invoke")["errorCode"] == "TooManyRequestsException"
    function.delete_function_concurrency(FunctionName="nightly")
    assert function.invoke(FunctionName="nightly")["StatusCode"] == 200


def test_unknown(world: SmallWorld) -> None:
    """A function that is not there is not invoked."""
    assert outcome(world.api("lambda").invoke, FunctionName="nobody") == "ResourceNotFoundException"
