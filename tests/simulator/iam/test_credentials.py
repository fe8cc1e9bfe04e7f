"""Credentials: who they are, how long they hold, and what is refused before IAM is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from gdkit.identifiers import parse_access_key_id
from gdkit.simulator.call import ApiError
from gdkit.simulator.iam.credentials import Credentials, RoleToAssume
from tests.simulator.small_world import ACCOUNT, START, issued_key, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import SmallWorld

ROLE = RoleToAssume(ACCOUNT, "web", "AROAEXAMPLEEXAMPLE123", f"arn:aws:iam::{ACCOUNT}:role/web")


INVALID = {"sts": "InvalidClientTokenId", "s3": "InvalidAccessKeyId", "ec2": "AuthFailure",
           "guardduty": "UnrecognizedClientException", "cloudtrail": "UnrecognizedClientException"}  # fmt: skip


def session(credentials: Credentials, **more: Any) -> Any:
    """Issue a session of an hour."""
    return credentials.session(ROLE, "i-0abc", START, 3600, **more)


def test_session() -> None:
    """A session names role and session, holds its account in its key, and lives as long as asked."""
    issued = session(Credentials(1))
    who = issued.principal
    assert who.principal_id == "AROAEXAMPLEEXAMPLE123:i-0abc"
    assert who.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/web/i-0abc"
    assert (who.issued_at, who.expires_at) == (START, START + timedelta(hours=1))
    assert issued.access_key_id.startswith("ASIA")
    assert len(issued.access_key_id) == 20
    parsed = parse_access_key_id(issued.access_key_id)
    assert parsed is not None
    assert parsed.account_id == ACCOUNT


def test_seed() -> None:
    """The same seed issues the same keys in the same order; another seed issues others; no two are alike."""
    first, again, other = ([session(one).access_key_id for _ in range(50)]
                           for one in (Credentials(1), Credentials(1), Credentials(2)))  # fmt: skip
    assert first == again
    assert len({*first, *other}) == 100


def test_secrets_are_not_shown() -> None:
    """A credential's description holds neither its secret nor its token."""
    issued = session(Credentials(1))
    assert issued.secret_access_key not in repr(issued)
    assert issued.session_token not in repr(issued)


def test_issued_at_whole_seconds() -> None:
    """A session is issued at a whole second, as TokenIssueTime has it."""
    issued = Credentials(1).session(ROLE, "i-0abc", START + timedelta(microseconds=900_000), 3600)
    assert issued.principal.issued_at == START


@pytest.mark.parametrize("after_s, ends", [(3599.9, "ok"), (3600, "ExpiredToken"), (9999, "ExpiredToken")])
def test_expiry(after_s: float, ends: str) -> None:
    """A session ends at its very last second."""
    credentials = Credentials(1)
    issued = session(credentials)
    at = START + timedelta(seconds=after_s)
    if ends == "ok":
        assert credentials.check(issued.access_key_id, issued.session_token, at) is issued
        return
    with pytest.raises(ApiError) as refused:
        credentials.check(issued.access_key_id, issued.session_token, at)
    assert refused.value.code == ends


@pytest.mark.parametrize("token", [None, "", "IQoJother"])
def test_token(token: str | None) -> None:
    """A session's key without its token, or with another's, is refused."""
    credentials = Credentials(1)
    with pytest.raises(ApiError, match="invalid"):
        credentials.check(session(credentials).access_key_id, token, START)


def test_account_of() -> None:
    """The account of a key is known for keys that were issued and for no others."""
    credentials = Credentials(1)
    assert credentials.account_of(credentials.root(ACCOUNT).access_key_id) == ACCOUNT
    assert credentials.account_of("ASIAQNZGKIQY56JQ7WML") is None


def test_over_http(world: SmallWorld) -> None:
    """Unknown keys, wrong tokens and ended sessions are refused over HTTP in each protocol, and leave no record."""
    good = world.role_key("checked")
    foreign = world.role_key("checked-too")
    wrong = {"unknown": ("ASIAQNZGKIQY56JQ7WML", "x", "y"), "no token": (good[0], good[1], None),
             "another's token": (good[0], good[1], foreign[2])}  # fmt: skip
    before = len(world.records)
    for why, key in wrong.items():
        for service, name in (("sts", "get_caller_identity"), ("s3", "list_buckets"), ("ec2", "describe_regions"),
                              ("guardduty", "list_detectors"), ("cloudtrail", "describe_trails")):  # fmt: skip
            assert outcome(getattr(world.api(service, key), name)) == INVALID[service], (why, service)
    assert len(world.records) == before
    assert outcome(world.api("s3", good).list_buckets) == "ok"
    world.go_on(hours=1)
    ends = {service: outcome(getattr(world.api(service, good), name)) for service, name in
            (("s3", "list_buckets"), ("ec2", "describe_regions"), ("guardduty", "list_detectors"))}  # fmt: skip
    assert ends == {"s3": "ExpiredToken", "ec2": "RequestExpired", "guardduty": "ExpiredTokenException"}


def test_user_key(world: SmallWorld) -> None:
    """A user's key works while it is active, not while it is inactive, and never again once it is deleted."""
    iam = world.api("iam")
    iam.create_user(UserName="holder")
    made = iam.create_access_key(UserName="holder")["AccessKey"]
    mine = world.api("sts", (made["AccessKeyId"], made["SecretAccessKey"], None))
    told = mine.get_caller_identity()
    assert told["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/holder"
    ends = []
    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="holder", AccessKeyId=made["AccessKeyId"], Status=status)
        ends.append(outcome(mine.get_caller_identity))
    iam.delete_access_key(UserName="holder", AccessKeyId=made["AccessKeyId"])
    assert [*ends, outcome(mine.get_caller_identity)] == ["InvalidClientTokenId", "ok", "InvalidClientTokenId"]


def test_failed_change_of_a_key_changes_nothing(world: SmallWorld) -> None:
    """A change of a key that IAM refuses leaves the key as it is."""
    iam = world.api("iam")
    for name in ("owner", "not-owner"):
        iam.create_user(UserName=name)
    made = iam.create_access_key(UserName="owner")["AccessKey"]
    with pytest.raises(ClientError):
        iam.delete_access_key(UserName="not-owner", AccessKeyId=made["AccessKeyId"])
    mine = world.api("sts", (made["AccessKeyId"], made["SecretAccessKey"], None))
    assert outcome(mine.get_caller_identity) == "ok"


def test_same_principal_other_key() -> None:
    """Two sessions of one name are one principal with two keys."""
    credentials = Credentials(1)
    one, two = (session(credentials).principal for _ in "ab")
    assert one.access_key_id != two.access_key_id
    assert replace(one, access_key_id=None) == replace(two, access_key_id=None)
    assert issued_key(session(credentials))[0] not in (one.access_key_id, two.access_key_id)
