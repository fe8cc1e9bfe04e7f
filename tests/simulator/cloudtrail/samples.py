"""Calls, records and a bucket for the tests of the simulated CloudTrail, all invented."""

from __future__ import annotations

import functools
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.validate import ParamValidator

from gdkit.simulator.call import ApiError, Call, Principal, Source
from tests.trail.samples import ACCOUNT, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.simulator.call import Handlers

OTHER = "444455556666"
HOME = "eu-west-1"
BUCKET = "trail-bucket"
NOON = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)


def at(minutes: float, seconds: float = 0) -> datetime:
    """Give a time so long after noon."""
    return NOON + timedelta(minutes=minutes, seconds=seconds)


def call(operation: str, when: datetime = NOON, *, account: str = ACCOUNT, region: str = HOME, **asked: Any) -> Call:
    """Give a call to CloudTrail."""
    principal = Principal("Root", account, account, f"arn:aws:iam::{account}:root")
    return Call(
        "cloudtrail", operation, asked, account, region, when, principal, Source("198.51.100.7", "aws-cli/2.15")
    )


def record(number: int = 0, when: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """Give one management event; ``when`` is its time, to the second."""
    moment = {} if when is None else {"eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}"}
    return event(number, managementEvent=True, **moment, **changes)


def data_record(number: int = 0, when: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """Give one S3 data event: an object of the bucket ``secrets`` was read."""
    fields: dict[str, Any] = {
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "requestParameters": {"bucketName": "secrets", "key": "a/b.txt"},
        "resources": [
            {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::secrets/a/b.txt"},
            {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::secrets"},
        ],
        "eventCategory": "Data",
    }
    return record(number, when, **fields | changes) | {"managementEvent": False}


@functools.cache
def _model() -> Any:
    return botocore.session.get_session().get_service_model("cloudtrail")


def ask(handlers: Handlers, asked: Call) -> dict[str, Any]:
    """Give a handler's answer; both question and answer must be such as botocore's model has them."""
    operation = _model().operation_model(asked.operation)
    _check(dict(asked.parameters), operation.input_shape)
    answer = handlers["cloudtrail", asked.operation](asked)
    _check(answer, operation.output_shape)
    return answer


def _check(value: dict[str, Any], shape: Any) -> None:
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), report.generate_report()


def refusal(action: Callable[[], object]) -> str:
    """Give the code of the error that an action is refused with, one that botocore's model knows."""
    try:
        action()
    except ApiError as error:
        assert error.code in _model().shape_names
        assert error.status == 400
        return error.code
    return ""


class Buckets:
    """S3, as far as a trail needs it.

    Attributes:
        objects: body and metadata by bucket and key.
        refuses: error code that every put is refused with; empty for none.
    """

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], tuple[bytes, dict[str, str]]] = {}
        self.puts: list[tuple[str, str, str]] = []
        self.refuses = ""

    def put(self, account_id: str, bucket: str, key: str, body: bytes, metadata: dict[str, str]) -> None:
        """Keep an object, or refuse it."""
        if self.refuses:
            raise ApiError(self.refuses, "refused", 403)
        assert (bucket, key) not in self.objects, "an object was written twice"
        self.objects[bucket, key] = (body, metadata)
        self.puts.append((account_id, bucket, key))

    def names(self, kind: str = "CloudTrail", bucket: str = BUCKET) -> list[str]:
        """Give the keys of log files, or of digests (``CloudTrail-Digest``), in order."""
        return sorted(key for name, key in self.objects if name == bucket and f"/{kind}/" in key)

    def document(self, key: str, bucket: str = BUCKET) -> dict[str, Any]:
        """Give what an object holds."""
        return dict(json.loads(gzip.decompress(self.objects[bucket, key][0])))

    def event_ids(self, bucket: str = BUCKET) -> list[str]:
        """Give the ids of all events delivered, in order of the files."""
        return [row["eventID"] for key in self.names(bucket=bucket) for row in self.document(key, bucket)["Records"]]

    def save(self, folder: Path) -> Path:
        """Write every object as a file below a folder."""
        for (_, key), (body, _) in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        return folder
