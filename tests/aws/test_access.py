"""Who gdkit is in AWS, and where: values that are checked when they are made."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.aws import AwsAccess
from gdkit.errors import ParameterError
from gdkit.own_calls import made_by_gdkit


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"role_arn": "arn:aws-us-gov:iam::111122223333:role/path/to/analyst"},
        {"member_role": "audit/reader", "responder_member_role": "responder"},
        {"region": "us-gov-west-1", "regions": ("eu-west-1", "ap-southeast-5", "us-iso-east-1")},
    ],
)
def test_accepted(given: dict[str, Any]) -> None:
    """Roles with a path, every partition's regions, and nothing at all are accepted."""
    assert AwsAccess(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"role_arn": "analyst"},
        {"role_arn": "arn:aws:iam::111122223333:user/ann"},
        {"role_arn": "arn:aws:iam::1111:role/analyst"},
        {"role_arn": "arn:aws:iam::111122223333:role/"},
        {"responder_role_arn": "arn:aws:sts::111122223333:assumed-role/a/b"},
        {"member_role": "arn:aws:iam::111122223333:role/x"},
        {"responder_member_role": "two words"},
        {"region": "evil.example/"},
        {"region": "eu-west-1.evil.example"},
        {"regions": ("eu-west-1", "Ireland")},
    ],
)
def test_refused(given: dict[str, Any]) -> None:
    """What cannot be what it is named for is refused at once, and the message names the part."""
    with pytest.raises(ParameterError) as refused:
        AwsAccess(**given)
    assert refused.value.exit_status == 2
    assert refused.value.where in {*given, "region"}


@pytest.mark.parametrize(
    ("agent", "own"),
    [
        ("gdkit/0.1.0 md/Botocore#1.44.5", True),
        ("[gdkit/0.1.0 md/Botocore#1.44.5]", True),
        ("Boto3/1.44.5 gdkit/0.1.0", False),
        ("gdkitten/1", False),
        ("", False),
        (None, False),
    ],
)
def test_own_agent(agent: object, own: bool) -> None:
    """Only an agent that starts with gdkit's name is gdkit's."""
    assert made_by_gdkit(agent) is own
