"""AWS made up inside the process: real boto3 clients, whose calls are answered by a table and never leave.

Parameters and answers are checked against the service's own model, as botocore's Stubber does.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters

from gdkit.aws import AwsAccess, ReadOnlyAws, clients, open_read_only, sessions

if TYPE_CHECKING:
    import pytest

MAKE_CLIENT = sessions.make_client
ACCOUNT, MEMBER = "111122223333", "444455556666"
READER_KEY, RESPONDER_KEY, SECRET = "ASIASIMULATEDREADER1", "ASIASIMULATEDRESPOND", "simulated-secret"
CALLER = f"arn:aws:sts::{ACCOUNT}:assumed-role/analyst/ann"
REGIONS = {"eu-west-1": "opt-in-not-required", "us-east-1": "opt-in-not-required", "af-south-1": "not-opted-in"}


@dataclass(frozen=True)
class Refusal:
    """An error that AWS answers with."""

    code: str
    message: str = "refused"


@dataclass(frozen=True)
class Called:
    """One call that reached the made-up AWS."""

    service: str
    operation: str
    region: str
    account_id: str
    parameters: dict[str, Any]


Answer = dict[str, Any] | Refusal | Callable[[Called], "dict[str, Any] | Refusal"]


@dataclass
class FakeAws:
    """Answers by service and operation; a call without an answer fails the test."""

    answers: dict[tuple[str, str], Answer]
    calls: list[Called] = field(default_factory=list)

    def made(self, operation: str) -> list[Called]:
        """Give the calls of one operation, in order."""
        return [call for call in self.calls if call.operation == operation]

    def attach(self, client: Any) -> Any:
        """Answer the calls of a client."""
        events = client.meta.events

        def keep(params: Any, context: dict[str, Any], **_: Any) -> None:
            context["asked"] = dict(params)

        def answer(model: Any, context: dict[str, Any], request_signer: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
            name = model.service_model.service_name, model.name
            key = request_signer._credentials.access_key
            account = key.removeprefix("ASIA")[:12] if key not in (READER_KEY, RESPONDER_KEY) else ACCOUNT
            call = Called(*name, client.meta.region_name, account, context["asked"])
            self.calls.append(call)
            assert name in self.answers, f"no answer was made up for {name}"
            found = self.answers[name]
            given = found(call) if callable(found) else found
            if isinstance(given, Refusal):
                error = {"Error": {"Code": given.code, "Message": given.message}, "ResponseMetadata": {}}
                return SimpleNamespace(status_code=400), error
            if given and model.output_shape is not None:
                loose = {name for name in model.output_shape.required_members if name not in given}
                if not loose:  # an answer that was cut off is made up on purpose
                    _check(given, model.output_shape)
            return SimpleNamespace(status_code=200), {**copy.deepcopy(given), "ResponseMetadata": {"RequestId": "r"}}

        events.register_last("before-parameter-build", keep)
        events.register_first("before-call", answer)
        return client


def _check(answer: dict[str, Any], shape: Any) -> None:
    try:
        validate_parameters(answer, shape)
    except ParamValidationError as error:  # gdkit would take it for a failed call
        raise AssertionError(f"the made-up answer is not of AWS's shape: {error}") from error


def caller(call: Called) -> dict[str, Any]:
    """Answer GetCallerIdentity by the account of the key."""
    return {"UserId": "AROAEXAMPLE:ann", "Account": call.account_id, "Arn": CALLER}


def assumed(call: Called) -> dict[str, Any]:
    """Answer AssumeRole with a key that holds the role's account."""
    account = call.parameters["RoleArn"].split(":")[4]
    until = datetime.now(UTC) + timedelta(hours=1)
    return {
        "Credentials": {
            "AccessKeyId": f"ASIA{account}AAAA",
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": until,
        }
    }


def regions(_: Called) -> dict[str, Any]:
    """Answer DescribeRegions."""
    return {"Regions": [{"RegionName": name, "OptInStatus": status} for name, status in REGIONS.items()]}


BASE: dict[tuple[str, str], Answer] = {
    ("sts", "GetCallerIdentity"): caller,
    ("sts", "AssumeRole"): assumed,
    ("ec2", "DescribeRegions"): regions,
}


def simulate(monkeypatch: pytest.MonkeyPatch, endpoint: str = "http://127.0.0.1:9") -> None:
    """Set the environment of the simulated account."""
    monkeypatch.setenv("GDKIT_SIMULATOR", endpoint)
    for prefix, key in (("GDKIT_SIMULATOR_", READER_KEY), ("GDKIT_SIMULATOR_RESPONDER_", RESPONDER_KEY)):
        monkeypatch.setenv(f"{prefix}ACCESS_KEY_ID", key)
        monkeypatch.setenv(f"{prefix}SECRET_ACCESS_KEY", SECRET)


def fake_aws(monkeypatch: pytest.MonkeyPatch, answers: dict[tuple[str, str], Answer]) -> FakeAws:
    """Have every client that is made from now on answered by a table; nothing can leave."""
    simulate(monkeypatch)  # port 9 of this machine: whatever is not answered cannot be reached
    fake = FakeAws({**BASE, **answers})

    def made(*arguments: Any) -> Any:
        return fake.attach(MAKE_CLIENT(*arguments))

    monkeypatch.setattr(sessions, "make_client", made)
    monkeypatch.setattr(clients, "make_client", made)
    return fake


def reader(
    monkeypatch: pytest.MonkeyPatch, answers: dict[tuple[str, str], Answer], **access: Any
) -> tuple[FakeAws, ReadOnlyAws]:
    """Give a made-up AWS and the reader's access to it."""
    fake = fake_aws(monkeypatch, answers)
    return fake, open_read_only(AwsAccess(region="eu-west-1", **access))
