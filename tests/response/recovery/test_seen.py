"""A logged call as IAM saw it: what the log settles, what it does not, and never a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit import tables
from gdkit.response.recovery.seen import Homes, Seen, seen_call
from tests.response.recovery.made import (
    ENDPOINT,
    INSTANCE,
    NAT,
    PRIVATE,
    ROLE_ARN,
    THIEF,
    USER_ID,
    VPC,
    by_endpoint,
    event,
    of_thief,
)

HOMES = Homes({INSTANCE: VPC}, {INSTANCE: PRIVATE}, {ENDPOINT: VPC})
NETWORK = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:viaawsservice")


def state(call: Seen, key: str) -> Any:
    """Give what is known of a key: its value, absent, present, or open."""
    if key in call.known:
        return call.known[key]
    return "absent" if key in call.absent else "present" if key in call.present else "open"


def test_the_caller() -> None:
    """Who called, with which credential, where and when is known from the record."""
    call = seen_call(event(), HOMES)
    assert (state(call, "aws:userid"), state(call, "aws:principalarn")) == (USER_ID, ROLE_ARN)
    assert state(call, "aws:tokenissuetime") == "2026-11-02T08:00:00Z"
    assert (state(call, "aws:username"), state(call, "aws:principalisawsservice")) == ("absent", "false")
    assert state(call, "aws:principaltag/team") == "open"


@pytest.mark.parametrize(
    ("row", "states"),
    [
        (event(), (NAT, "absent", "absent", "absent", "false")),
        (by_endpoint(), ("absent", VPC, ENDPOINT, PRIVATE, "false")),
        (by_endpoint(vpc_endpoint_id="vpce-0bbb"), ("absent", "present", "vpce-0bbb", PRIVATE, "false")),
        (by_endpoint(vpc_endpoint_id=None), ("absent", "present", "present", PRIVATE, "false")),
        (by_endpoint(source_address="172.61.0.9"), ("absent", VPC, ENDPOINT, "172.61.0.9", "false")),
        (event(invoked_by="athena.amazonaws.com"), ("open", "open", "open", "open", "true")),
        (event(source_address="athena.amazonaws.com"), ("open",) * 5),
        (event(source_address="AWS Internal"), ("open",) * 5),
        (event(source_address="035.249.253.232"), ("open",) * 5),
        (event(source_address=None), ("open",) * 5),
        (event(form="CSV"), ("open",) * 5),
    ],
)
def test_the_network(row: dict[str, Any], states: tuple[str, ...]) -> None:
    """An address and an endpoint settle the keys of the network; words in an address's place settle none."""
    call = seen_call(row, HOMES)
    assert tuple(state(call, key) for key in NETWORK) == states


@pytest.mark.parametrize(
    ("row", "homes", "states"),
    [
        (event(), HOMES, ("present", "2.0", VPC, PRIVATE)),
        (of_thief(), HOMES, ("present", "1.0", VPC, PRIVATE)),
        (event(ec2_role_delivery=None), Homes(), ("present", "present", "present", "present")),
        (event(issued_to_arn="arn:aws:ec2:eu-west-1:1:instance/i-1"), HOMES,
         ("arn:aws:ec2:eu-west-1:1:instance/i-1", "2.0", VPC, PRIVATE)),
        (event(session_name="nightly", ec2_role_delivery=None), HOMES, ("absent",) * 4),
        (event(identity_type="IAMUser", session_name=None, ec2_role_delivery=None), HOMES, ("absent",) * 4),
        (event(identity_type=None, session_name=None, ec2_role_delivery=None), HOMES, ("open",) * 4),
    ],
)  # fmt: skip
def test_the_session(row: dict[str, Any], homes: Homes, states: tuple[str, ...]) -> None:
    """An instance's session carries its keys, known or not; any other session surely lacks them."""
    call = seen_call(row, homes)
    keys = ("ec2:sourceinstancearn", "ec2:roledelivery", "aws:ec2instancesourcevpc",
            "aws:ec2instancesourceprivateipv4")  # fmt: skip
    assert tuple(state(call, key) for key in keys) == states


@pytest.mark.parametrize(
    ("name", "asked", "key", "found"),
    [
        ("RunInstances", {"metadataOptions": {"httpTokens": "required"}}, "ec2:metadatahttptokens", "required"),
        ("RunInstances", {"instanceType": "t3.micro"}, "ec2:metadatahttptokens", "open"),
        ("RunInstances", None, "ec2:metadatahttptokens", "open"),
        ("ModifyInstanceMetadataOptions", {"ModifyInstanceMetadataOptionsRequest": {"HttpTokens": "optional"}},
         "ec2:attribute/httptokens", "optional"),
        ("ModifyInstanceMetadataOptions", {"httpPutResponseHopLimit": 2}, "ec2:attribute/httptokens", "absent"),
        ("ModifyInstanceMetadataDefaults", {"httpTokens": "required"}, "ec2:attribute/httptokens", "required"),
        ("ModifyInstanceMetadataOptions", None, "ec2:attribute/httptokens", "open"),
    ],
)  # fmt: skip
def test_the_request(name: str, asked: dict[str, Any] | None, key: str, found: str) -> None:
    """What a launch or a change of the metadata service asked for is read from the request, if it is logged."""
    text = None if asked is None else json.dumps(asked)
    assert state(seen_call(event(name, "ec2.amazonaws.com", request_parameters=text), HOMES), key) == found


def test_actions_and_resources() -> None:
    """The call's IAM action is named where it is known; only calls on instances have a resource here."""
    launch = seen_call(event("RunInstances", "ec2.amazonaws.com"), HOMES)
    assert (launch.action, launch.resource) == (
        "ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-00000000000000000")  # fmt: skip
    listing = seen_call(event(), HOMES)
    assert (listing.action, listing.resource, listing.is_call) == ("s3:ListAllMyBuckets", None, True)
    assert seen_call(event("Nothing", "unheard.amazonaws.com"), HOMES).action is None
    assert not seen_call(event(event_type="AwsServiceEvent"), HOMES).is_call


def test_the_resource_is_in_the_callers_partition() -> None:
    """In another partition the instance's ARN is of that partition."""
    row = event("RunInstances", "ec2.amazonaws.com", identity_arn="arn:aws-cn:sts::1:assumed-role/r/i-1")
    assert str(seen_call(row, HOMES).resource).startswith("arn:aws-cn:ec2:")


_ODD = [NAT, THIEF, PRIVATE, INSTANCE, ENDPOINT, "CSV", "AssumedRole", "{}", '{"httpTokens": 1}']
_WORDS = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(_ODD))


@given(st.fixed_dictionaries({column.name: _WORDS for column in tables.EVENTS.columns if column.kind == "text"}))
def test_any_row_can_be_read(texts: dict[str, str | None]) -> None:
    """Whatever text stands in a row, it is read, and no key is both known and absent or present."""
    call = seen_call({**event(), **texts}, HOMES)
    assert not set(call.known) & (call.absent | call.present) and not call.absent & call.present
    assert all(key == key.lower() for key in (*call.known, *call.absent, *call.present))
