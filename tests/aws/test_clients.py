"""The two accesses: whom AWS takes them for, other accounts, and threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from gdkit import __version__
from gdkit.aws import AwsAccess, ask, open_read_only, open_responder
from gdkit.aws.parallel import in_parallel
from gdkit.errors import AwsError, ParameterError
from gdkit.own_calls import made_by_gdkit
from tests.aws.fakes import ACCOUNT, CALLER, MEMBER, READER_KEY, SECRET, Called, Refusal, assumed, reader, simulate
from tests.aws.loopback import IDENTITY, loopback

if TYPE_CHECKING:
    from pathlib import Path

ASSUMED = (
    "<AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2126-11-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
)
EMPTY = {("ec2", "DescribeInstances"): {"Reservations": []}}


@pytest.fixture
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give AWS settings of the test's own, with nothing in them, and no metadata service."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GDKIT_SIMULATOR",
                 "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path / "config"


def test_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening asks AWS once who this is; the access shows that and no secret."""
    fake, aws = reader(monkeypatch, {})
    assert (aws.account_id, aws.caller_arn, aws.partition, aws.region) == (ACCOUNT, CALLER, "aws", "eu-west-1")
    assert [call.operation for call in fake.calls] == ["GetCallerIdentity"]
    assert SECRET not in repr(aws)
    assert CALLER in repr(aws)


def test_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    """The partition is the caller's, and roles in other accounts are named in it."""
    arn = f"arn:aws-us-gov:iam::{ACCOUNT}:user/ann"
    answer = {"UserId": "AIDA", "Account": ACCOUNT, "Arn": arn}
    fake, aws = reader(monkeypatch, {("sts", "GetCallerIdentity"): answer, **EMPTY}, member_role="audit/reader")
    aws.client("ec2", account_id=MEMBER)
    (call,) = fake.made("AssumeRole")
    assert aws.partition == "aws-us-gov"
    assert call.parameters == {
        "RoleArn": f"arn:aws-us-gov:iam::{MEMBER}:role/audit/reader", "RoleSessionName": "gdkit",
    }  # fmt: skip


def test_member_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of another account uses the assumed role's key; the own account's never does."""
    fake, aws = reader(monkeypatch, EMPTY, member_role="reader")
    for account in (MEMBER, ACCOUNT, None):
        ask(aws.client("ec2", "us-east-1", account), "DescribeInstances")
    assert [call.account_id for call in fake.made("DescribeInstances")] == [MEMBER, ACCOUNT, ACCOUNT]
    assert [call.region for call in fake.made("DescribeInstances")] == ["us-east-1"] * 3
    assert len(fake.made("AssumeRole")) == 1


def test_member_account_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader writes nothing in another account either."""
    _, aws = reader(monkeypatch, {}, member_role="reader")
    with pytest.raises(AwsError, match="read-only"):
        ask(aws.client("iam", account_id=MEMBER), "DeleteRole", {"RoleName": "r"})


def test_no_member_role(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a role to assume, another account is an error that says what to name; nothing is asked."""
    fake, aws = reader(monkeypatch, {})
    with pytest.raises(AwsError, match="--member-role") as found:
        aws.client("ec2", account_id=MEMBER)
    assert found.value.account_id == MEMBER
    assert len(fake.calls) == 1


def test_member_role_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the role cannot be assumed, making the client says so; it works as soon as the role lets one in."""
    refusals: list[Refusal] = [Refusal("AccessDenied", "is not authorized to perform: sts:AssumeRole on resource: x")]
    answers = {("sts", "AssumeRole"): lambda call: refusals[0] if refusals else assumed(call), **EMPTY}
    _, aws = reader(monkeypatch, answers, member_role="reader")
    with pytest.raises(AwsError) as found:
        aws.client("ec2", account_id=MEMBER)
    assert (found.value.kind, found.value.permission, found.value.account_id) == ("denied", "sts:AssumeRole", MEMBER)
    refusals.clear()
    assert ask(aws.client("ec2", account_id=MEMBER), "DescribeInstances") == {"Reservations": []}


def test_wrong_account_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that is none, and a region that is none, are refused before a role or a host is named by them."""
    fake, aws = reader(monkeypatch, {}, member_role="reader")
    with pytest.raises(AwsError, match="no account id"):
        aws.client("ec2", account_id="1:role/x")
    with pytest.raises(ParameterError, match="no AWS region"):
        aws.client("ec2", "evil.example/")
    with pytest.raises(AwsError, match="nosuchservice"):
        aws.client("nosuchservice")
    assert len(fake.calls) == 1


def test_role_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The role that is named is assumed first, and who AWS says it is then is that role."""
    fake, aws = reader(monkeypatch, {}, role_arn=f"arn:aws:iam::{MEMBER}:role/analyst")
    assert [call.operation for call in fake.calls] == ["AssumeRole", "GetCallerIdentity"]
    assert aws.account_id == MEMBER


def test_responder_roles_are_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The responder assumes neither the reader's role nor its member role."""
    fake, _ = reader(monkeypatch, {})
    access = AwsAccess(role_arn=f"arn:aws:iam::{MEMBER}:role/analyst", member_role="reader")
    responder = open_responder(access)
    assert not fake.made("AssumeRole")
    with pytest.raises(AwsError, match="no role to assume there"):
        responder.client("iam", account_id=MEMBER)


def test_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many threads that ask for the same clients at once get the same ones, with one login an account."""
    fake, aws = reader(monkeypatch, EMPTY, member_role="reader")
    barrier = threading.Barrier(8)

    def get(number: int) -> int:
        barrier.wait(timeout=10)
        return id(aws.client("ec2", ("eu-west-1", "us-east-1")[number % 2], (MEMBER, ACCOUNT)[number // 2 % 2]))

    made = in_parallel(get, range(8))
    assert len(set(made)) == 4
    assert len(fake.made("AssumeRole")) == 1


def test_own_user_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call carries gdkit's name and version in front, so that it can be told apart in CloudTrail."""
    with loopback() as simulator:
        simulate(monkeypatch, simulator.url)
        open_read_only(AwsAccess())
    assert simulator.agents[0].startswith(f"gdkit/{__version__} ")
    assert made_by_gdkit(simulator.agents[0])
    assert "Botocore" in simulator.agents[0]


def test_retries_then_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that keeps failing is asked six times and then told as out of reach."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with loopback(status=503, body="<html/>") as simulator:
        simulate(monkeypatch, simulator.url)
        with pytest.raises(AwsError) as found:
            open_read_only(AwsAccess())
    assert len(simulator.keys) == 6
    assert (found.value.kind, found.value.code) == ("unreachable", "503")
    assert READER_KEY not in str(found.value)


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing listens, the error says that there is no connection."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with loopback() as simulator:
        simulate(monkeypatch, simulator.url)
    with pytest.raises(AwsError, match="no connection to AWS") as found:
        open_read_only(AwsAccess())
    assert found.value.kind == "unreachable"


def test_cut_off_xml(monkeypatch: pytest.MonkeyPatch) -> None:
    """An XML answer that stops in the middle is told as cut off."""
    with loopback(body="<GetCallerIdentityResponse><GetCaller") as simulator:
        simulate(monkeypatch, simulator.url)
        with pytest.raises(AwsError) as found:
            open_read_only(AwsAccess())
    assert found.value.kind == "incomplete"


def test_unknown_profile(own_settings: Path) -> None:
    """A profile that does not exist is an error about the profile, for reader and responder."""
    own_settings.write_text("[default]\nregion=eu-west-1\n")
    for opens, access in ((open_read_only, AwsAccess(profile="nobody")),
                          (open_responder, AwsAccess(responder_profile="nobody"))):  # fmt: skip
        with pytest.raises(AwsError, match="the profile is not in the AWS settings") as found:
            opens(access)
        assert found.value.kind == "credentials"


def test_no_credentials(own_settings: Path) -> None:
    """Without any credentials nothing is sent, and the error says how to name some."""
    with pytest.raises(AwsError, match="there are no AWS credentials"):
        open_read_only(AwsAccess())


def test_damaged_settings(own_settings: Path) -> None:
    """Settings that cannot be read are an error about the settings."""
    own_settings.write_text("[profile x\nnonsense")
    with pytest.raises(AwsError, match="the AWS settings cannot be read"):
        open_read_only(AwsAccess(profile="x"))


def test_profiles_of_the_two(own_settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reader and responder log in with the profiles named for them."""
    with loopback() as server:
        own_settings.write_text(
            "".join(
                f"[profile {name}]\naws_access_key_id=AKIA{name.upper()}\naws_secret_access_key=x\n"
                f"region=eu-west-1\nendpoint_url={server.url}\n"
                for name in ("reader", "responder")
            )
        )
        access = AwsAccess(profile="reader", responder_profile="responder")
        open_read_only(access)
        open_responder(access)
    assert server.keys == ["AKIAREADER", "AKIARESPONDER"]


def test_role_of_a_profile(own_settings: Path) -> None:
    """With a profile and a role, the profile's key assumes the role, and the role's key asks everything else."""
    both = IDENTITY.replace("<GetCallerIdentityResult>", ASSUMED + "<GetCallerIdentityResult>")
    for profile in ("reader", ""):
        with loopback(body=both) as server:
            name = f"profile {profile}" if profile else "default"
            own_settings.write_text(
                f"[{name}]\naws_access_key_id=AKIAREADER\naws_secret_access_key=x\nendpoint_url={server.url}\n"
            )
            open_read_only(AwsAccess(profile=profile, role_arn=f"arn:aws:iam::{MEMBER}:role/analyst"))
        assert server.keys == ["AKIAREADER", "ASIAROLE"]


def test_fake_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up AWS of these tests gets the real parameters, so the tests above can fail."""
    fake, aws = reader(monkeypatch, EMPTY)
    ask(aws.client("ec2"), "DescribeInstances", {"InstanceIds": ["i-1"]})
    assert fake.calls[-1] == Called("ec2", "DescribeInstances", "eu-west-1", ACCOUNT, {"InstanceIds": ["i-1"]})
