"""The places that policies are written for: what the workload's own calls prove, and nothing of the thief's."""

from __future__ import annotations

from typing import Any

from gdkit.response.recovery.ground import MOST_ADDRESSES, ground_of
from tests.response.recovery.made import (
    HOME,
    NAT,
    PRIVATE,
    ROLE,
    ROLE_ARN,
    THIEF,
    VPC,
    by_endpoint,
    event,
    of_thief,
    result,
)


def own(address: str, kind: str = "public") -> dict[str, Any]:
    """Give a row of the instance's own addresses."""
    return {"address": address, "kind": kind, "shared": True, "reason": "the NAT gateway's", "proven_from": None}


def test_the_workloads_addresses_are_ways_out() -> None:
    """Public addresses of the workload are named once each, in their order; endpoints and the thief's are not."""
    rows = [event(), event(), event(source_address="2001:0DB8::7"), by_endpoint(), of_thief()]
    found = ground_of(result(), rows, vpcs=[VPC, VPC])
    assert found.egress == (NAT, "2001:db8::7")
    assert (found.partition, found.account_id, found.role_name, found.role_arn) == ("aws", HOME, ROLE, ROLE_ARN)
    assert found.vpcs == (VPC,) and found.left_out == ()


def test_an_address_of_both_is_no_way_out() -> None:
    """An address that others than the workload used as well is left out, and that is said."""
    found = ground_of(result(), [event(), event(source_address=THIEF), of_thief()], vpcs=[VPC])
    assert found.egress == (NAT,)
    assert any(THIEF in sentence for sentence in found.left_out)


def test_unknown_callers_make_no_way_out() -> None:
    """A call that nobody could attribute proves no way out, and takes away what the workload's call would prove."""
    assert ground_of(result(), [event(party="unknown")], vpcs=[VPC]).egress == ()
    assert ground_of(result(), [event(), event(party="unknown")], vpcs=[VPC]).egress == ()


def test_addresses_that_aws_gives_count() -> None:
    """An address that AWS says is the instance's counts; a private one does not, nor one the result calls a thief's."""
    document = result(origin={"addresses": [{"address": "203.0.113.5", "thief_events": 2}]})
    found = ground_of(document, [], own_addresses=[own(NAT), own(PRIVATE, "private"), own("203.0.113.5")], vpcs=[VPC])
    assert found.egress == (NAT,)


def test_what_is_not_known_is_said() -> None:
    """Without calls, VPC and ARN each of the three is named as missing."""
    found = ground_of(result(session={"role_arn": None}), [])
    assert found.egress == () and found.vpcs == () and found.role_arn is None
    assert len(found.left_out) == 3


def test_too_many_ways_out() -> None:
    """More addresses than a policy can name are cut, and how many is said."""
    rows = [event(source_address=f"192.0.2.{number}") for number in range(MOST_ADDRESSES + 5)]
    found = ground_of(result(), rows, vpcs=[VPC])
    assert len(found.egress) == MOST_ADDRESSES
    assert "5 more ways out" in found.left_out[0]


def test_chained_calls_prove_nothing() -> None:
    """A chained session may run anywhere: its calls make no way out."""
    assert ground_of(result(), [event(hop=1)], vpcs=[VPC]).egress == ()
