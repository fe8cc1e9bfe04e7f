"""The environment of a simulated account, asked over HTTP with the analyst's own permissions and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from gdkit import tables
from gdkit.aws import AwsAccess, ReadOnlyAws, open_read_only
from gdkit.environment import Environment, collect_environment
from gdkit.environment.fleet import fleet_rows
from gdkit.environment.metadata import REJECTED, metadata_options, metadata_use
from gdkit.environment.persistence import check_existence
from gdkit.environment.policies import role_boundary, role_policies, unread_policies
from gdkit.model import Subject
from gdkit.simulator.scenarios.shop import make_people
from gdkit.simulator.scenarios.site import ANALYST_ROLE, Site
from gdkit.simulator.server import in_environment
from tests.simulator.small_world import ACCOUNT, OTHER, REGION, Fleet, SmallWorld, policy_of, small_world

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("environment of a simulated account")
FAR, ROLE = "us-west-2", "web"
CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


@dataclass(frozen=True)
class Place:
    """A simulated account with a fleet, as the analyst sees it."""

    world: SmallWorld
    fleet: Fleet
    far: str
    aws: ReadOnlyAws
    around: Environment


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Let a role be on instances of two regions, read one's metadata without a token, and look at it as the analyst."""
    with small_world() as world:
        world.accounts.clock.set(datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))
        make_people(world.site, world.other)
        fleet = world.fleet(ROLE)
        there = Site(world.accounts, ACCOUNT, FAR)
        far = there.instance(
            there.network("10.30.0.0/24", nat=True), profile=f"{ROLE}-profile", name=ROLE, public=False
        )
        with urlopen(world.simulator.metadata_url(fleet.instances[0].id) + CREDENTIALS, timeout=5) as answer:  # noqa: S310
            assert answer.status == 200
        world.go_on(hours=1)
        analyst = world.accounts.role_session(ACCOUNT, ANALYST_ROLE, "ann", 3600)
        with in_environment(world.simulator.environment(analyst)):
            aws = open_read_only(AwsAccess(region=REGION, member_role=ANALYST_ROLE))
            subject = Subject(instance_id=fleet.instances[0].id, principal_id=fleet.principal_id(0))
            since = world.accounts.clock.now() - timedelta(days=1)
            around = collect_environment(aws, subject, account_id=ACCOUNT, region=REGION, since=since)
            yield Place(world, fleet, far.id, aws, around)


def test_fleet_of_both_regions(place: Place) -> None:
    """Every instance of the role is found, also the one in another region, and the leaked one comes first."""
    rows = fleet_rows(place.around.documents)
    own = {instance.id: REGION for instance in place.fleet.instances}
    assert {row["instance_id"]: row["region"] for row in rows} == {**own, place.far: FAR}
    assert rows[0]["instance_id"] == place.fleet.instances[0].id
    assert {row["profile_arn"] for row in rows} == {f"arn:aws:iam::{ACCOUNT}:instance-profile/{ROLE}-profile"}
    assert len(tables.frame_of_rows(tables.FLEET, rows)) == 3
    assert not [gap for gap in place.around.not_searched if "instances with role" in gap.what]


def test_metadata_use_of_the_leaked_instance(place: Place) -> None:
    """The one read without a token shows, at its hour, in the figures; none was refused."""
    figures, refused = (metadata_use(place.around.documents, metric) for metric in ("MetadataNoToken", REJECTED))
    assert figures is not None
    assert refused is not None
    assert [count for _, count in figures if count] == [1.0]
    (at,) = (at for at, count in figures if count)
    assert timedelta(minutes=55) < place.world.accounts.clock.now() - at < timedelta(minutes=70)
    assert len(refused) > 200
    assert sum(count for _, count in refused) == 0
    options = metadata_options(place.around.documents)
    assert options is not None
    assert (options.http_tokens, options.http_endpoint) == ("optional", "enabled")


def test_policies_of_the_role(place: Place) -> None:
    """The role's one policy is read as it was written; nothing of it is unread."""
    ((name, document),) = role_policies(place.around.documents)
    assert name == f"{ROLE}-permissions"
    assert document["Statement"][0]["Action"] == ["*"]
    assert role_boundary(place.around.documents) is None
    assert unread_policies(place.around.documents) == ()


def _made(place: Place) -> list[dict[str, Any]]:
    """Let a thief leave things behind in two accounts, and take half of them away again."""
    rows = []
    for account, site in ((ACCOUNT, place.world.site), (OTHER, place.world.other)):
        iam = site.api("iam")
        for name in ("stays", "goes"):
            iam.create_user(UserName=name)
            iam.create_login_profile(UserName=name, Password="Made-up-12345")  # noqa: S106 - of nobody
            iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy_of("Allow", "*"))
            key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
            site.role(f"{name}-role", {"AWS": "*"}, policy_of("Allow", "*"))
            rows += [
                {"kind": "user", "id": name}, {"kind": "login_profile", "id": name, "parent_id": name},
                {"kind": "user_policy", "id": "all", "parent_id": name},
                {"kind": "access_key", "id": key, "parent_id": name}, {"kind": "role", "id": f"{name}-role"},
                {"kind": "role_policy", "id": f"{name}-role-permissions", "parent_id": f"{name}-role"},
            ]  # fmt: skip
            rows = [{"account_id": account, "region": "us-east-1", **row} for row in rows]
        iam.delete_login_profile(UserName="goes")
        iam.delete_user_policy(UserName="goes", PolicyName="all")
        iam.delete_access_key(UserName="goes", AccessKeyId=rows[-3]["id"])
        iam.update_access_key(UserName="stays", AccessKeyId=rows[-9]["id"], Status="Inactive")
        iam.delete_user(UserName="goes")
        iam.delete_role_policy(RoleName="goes-role", PolicyName="goes-role-permissions")
        iam.delete_role(RoleName="goes-role")
    return rows


def test_what_still_exists(place: Place) -> None:
    """Users, keys, passwords, policies and roles in two accounts: what was taken away is gone, the rest is there."""
    rows = _made(place)
    homes = ((place.far, FAR), (place.far, REGION), ("i-00000000000000000", REGION))
    instances = [{"kind": "instance", "id": one, "account_id": ACCOUNT, "region": region} for one, region in homes]
    now = place.world.accounts.clock.now()
    found = check_existence(place.aws, tables.frame_of_rows(tables.PERSISTENCE, [*rows, *instances]), now=now)
    goes = ["goes" in f"{row['id']}{row.get('parent_id')}" for row in rows]
    assert list(found["still_exists"]) == [*(not gone for gone in goes), True, False, False]
    keys = found[found["kind"] == "access_key"]
    assert keys["check"].iloc[0] == "iam ListAccessKeys answered: Inactive."
    assert set(found["checked_at"]) == {now}
    gone = found["check"][found["still_exists"] == False]  # noqa: E712 - of a column
    assert set(gone) == {"iam GetUser answered NoSuchEntity.", "iam GetLoginProfile answered NoSuchEntity.",
                         "iam GetUserPolicy answered NoSuchEntity.", "iam ListAccessKeys answered NoSuchEntity.",
                         "iam GetRole answered NoSuchEntity.", "iam GetRolePolicy answered NoSuchEntity.",
                         "ec2 DescribeInstances answered InvalidInstanceID.NotFound."}  # fmt: skip


def test_what_the_analyst_may_not_read(place: Place) -> None:
    """Where the analyst is refused, whether the thing exists stays open, and the permission is named."""
    iam = place.world.site.api("iam")
    iam.put_role_policy(RoleName=ANALYST_ROLE, PolicyName="less", PolicyDocument=policy_of("Deny", "iam:GetGroup"))
    place.world.accounts.policies.forget()
    try:
        row = {"kind": "group", "id": "admins", "account_id": ACCOUNT, "region": "us-east-1"}
        found = check_existence(
            place.aws, tables.frame_of_rows(tables.PERSISTENCE, [row]), now=place.world.accounts.clock.now()
        )
    finally:
        iam.delete_role_policy(RoleName=ANALYST_ROLE, PolicyName="less")
        place.world.accounts.policies.forget()
    assert found["still_exists"].isna().all()
    assert "no permission for iam:GetGroup" in found["check"].iloc[0]


def test_the_analyst_changes_nothing(place: Place) -> None:
    """The analyst's role, with which all of this was read, may not take anything away."""
    analyst = place.world.accounts.role_session(ACCOUNT, ANALYST_ROLE, "ann", 900)
    key = (analyst.access_key_id, analyst.secret_access_key, analyst.session_token)
    with pytest.raises(ClientError, match="AccessDenied"):
        place.world.api("iam", key).delete_role(RoleName=ROLE)
