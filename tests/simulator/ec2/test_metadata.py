"""The metadata service of simulated instances: versions, tokens, hops, options, and the credentials it renews."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from botocore.utils import InstanceMetadataFetcher

from gdkit.simulator.scenarios.cast import key_of, read_credential
from tests.simulator.small_world import ACCOUNT, REGION, outcome

if TYPE_CHECKING:
    from tests.simulator.small_world import Fleet, SmallWorld

TOKEN, TTL = "X-aws-ec2-metadata-token", "X-aws-ec2-metadata-token-ttl-seconds"
LIST = "/latest/meta-data/iam/security-credentials/"


@pytest.fixture(scope="module")
def fleet(world: SmallWorld) -> Fleet:
    """Start two instances that most tests read from."""
    return world.fleet("read")


def asked(url: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Ask a metadata service, and give status and text; status 0 where no answer comes."""
    request = Request(url, method=method, headers={name.replace("__", "-"): text for name, text in headers.items()})  # noqa: S310
    try:
        with urlopen(request, timeout=5) as response:  # noqa: S310 - on loopback
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (URLError, ConnectionError):
        return 0, ""


def token_of(url: str, ttl: str = "60") -> str:
    """Get a token."""
    status, token = asked(f"{url}/latest/api/token", "PUT", **{TTL: ttl})
    assert status == 200
    return token


def options(world: SmallWorld, instance_id: str) -> dict[str, Any]:
    """Give an instance's metadata options as EC2 describes them."""
    told = world.api("ec2").describe_instances(InstanceIds=[instance_id])
    found: dict[str, Any] = told["Reservations"][0]["Instances"][0]["MetadataOptions"]
    return found


def test_version_1(world: SmallWorld, fleet: Fleet) -> None:
    """Without a token the role's name and its credential are read, where version 1 is allowed."""
    url = world.simulator.metadata_url(fleet.instances[0].id)
    assert asked(url + LIST) == (200, "read")
    status, text = asked(f"{url}{LIST}read")
    told = json.loads(text)
    assert (status, told["Code"], told["Type"]) == (200, "Success", "AWS-HMAC")
    assert told["AccessKeyId"].startswith("ASIA")
    assert (told["LastUpdated"], told["Expiration"]) == ("2026-11-02T08:00:00Z", "2026-11-02T14:00:00Z")
    assert outcome(world.api("s3", key_of(told)).list_buckets) == "ok"


def test_versions_hand_out_different_keys(world: SmallWorld, fleet: Fleet) -> None:
    """Each version gives a key of its own, the same at every read; the key knows how it was delivered."""
    keys = {version: [world.stolen(fleet.instances[0], version) for _ in "ab"] for version in ("1.0", "2.0")}
    assert keys["1.0"][0] == keys["1.0"][1] != keys["2.0"][0] == keys["2.0"][1]
    for version, (key, _) in keys.items():
        world.api("sts", key).get_caller_identity()
        identity = world.last_record("GetCallerIdentity")["userIdentity"]
        assert identity["sessionContext"]["ec2RoleDelivery"] == version
        assert identity["principalId"] == fleet.principal_id(0)


def test_other_paths(world: SmallWorld, fleet: Fleet) -> None:
    """Who and where the instance is can be read; other paths are not found."""
    instance = fleet.instances[0]
    url = world.simulator.metadata_url(instance.id)
    texts = {path: asked(f"{url}/latest/meta-data/{path}") for path in
             ("instance-id", "local-ipv4", "placement/region", "iam/security-credentials/other", "none")}  # fmt: skip
    assert texts == {"instance-id": (200, instance.id), "local-ipv4": (200, instance.private_address),
                     "placement/region": (200, REGION), "iam/security-credentials/other": (404, "Not Found"),
                     "none": (404, "Not Found")}  # fmt: skip
    document = json.loads(asked(f"{url}/latest/dynamic/instance-identity/document")[1])
    assert (document["accountId"], document["instanceId"], document["region"]) == (ACCOUNT, instance.id, REGION)


def test_unknown_and_stopped_instances(world: SmallWorld) -> None:
    """An instance that is not there or does not run answers nothing of itself, and answers again once it runs."""
    assert asked(world.simulator.metadata_url("i-00000000000000000") + LIST)[0] == 404
    instance = world.fleet("stopped").instances[0]
    url = world.simulator.metadata_url(instance.id) + LIST
    ec2 = world.api("ec2")
    ec2.stop_instances(InstanceIds=[instance.id])
    assert asked(url)[0] == 404
    ec2.start_instances(InstanceIds=[instance.id])
    assert asked(url) == (200, "stopped")


@pytest.mark.parametrize("ttl", ["", "0", "21601", "-1", "a", "1.5"])
def test_token_needs_a_lifetime(world: SmallWorld, fleet: Fleet, ttl: str) -> None:
    """A token is given for one second to six hours."""
    url = world.simulator.metadata_url(fleet.instances[0].id) + "/latest/api/token"
    assert asked(url, "PUT", **{TTL: ttl})[0] == 400


def test_token_of_elsewhere(world: SmallWorld, fleet: Fleet) -> None:
    """A token opens the instance that gave it, for its lifetime; another's, an ended one and a made-up one do not."""
    own, other = (world.simulator.metadata_url(instance.id) for instance in fleet.instances)
    token = token_of(own)
    assert asked(own + LIST, **{TOKEN: token}) == (200, "read")
    assert asked(other + LIST, **{TOKEN: token})[0] == 401
    assert asked(own + LIST, **{TOKEN: token + "x"})[0] == 401
    world.go_on(seconds=59)
    assert asked(own + LIST, **{TOKEN: token})[0] == 200
    world.go_on(seconds=1)
    assert asked(own + LIST, **{TOKEN: token})[0] == 401


def test_forwarded(world: SmallWorld, fleet: Fleet) -> None:
    """A request for a token that came through a proxy is refused; only PUT gives one."""
    url = world.simulator.metadata_url(fleet.instances[0].id) + "/latest/api/token"
    assert asked(url, "PUT", **{TTL: "60", "X-Forwarded-For": "10.0.0.9"})[0] == 403
    assert asked(url, "GET", **{TTL: "60"})[0] == 405


def test_hops(world: SmallWorld) -> None:
    """A token does not come further than the hop limit; a container needs a limit of two."""
    instance = world.fleet("hops").instances[0]
    url = world.simulator.metadata_url(instance.id) + "/latest/api/token"
    assert asked(url, "PUT", **{TTL: "60", "x-sim-hops": "1"})[0] == 200
    assert asked(url, "PUT", **{TTL: "60", "x-sim-hops": "2"})[0] == 0
    world.api("ec2").modify_instance_metadata_options(InstanceId=instance.id, HttpPutResponseHopLimit=2)
    assert asked(url, "PUT", **{TTL: "60", "x-sim-hops": "2"})[0] == 200
    assert asked(url, "PUT", **{TTL: "60", "x-sim-hops": "3"})[0] == 0


def test_required(world: SmallWorld) -> None:
    """Where tokens are required, version 1 is refused; what was read before goes on working."""
    instance = world.fleet("required").instances[0]
    url = world.simulator.metadata_url(instance.id)
    stolen = world.stolen(instance, "1.0")
    world.api("ec2").modify_instance_metadata_options(InstanceId=instance.id, HttpTokens="required")
    assert asked(url + LIST) == (401, "Unauthorized")
    assert asked(url + LIST, **{TOKEN: token_of(url)}) == (200, "required")
    assert outcome(world.api("s3", stolen).list_buckets) == "ok"


def test_options_are_kept(world: SmallWorld) -> None:
    """A change of one option over HTTP leaves the others as they are."""
    instance = world.fleet("options").instances[0]
    ec2, url = world.api("ec2"), world.simulator.metadata_url(instance.id) + LIST
    before = options(world, instance.id)
    ec2.modify_instance_metadata_options(InstanceId=instance.id, HttpPutResponseHopLimit=5, HttpTokens="required")
    ec2.modify_instance_metadata_options(InstanceId=instance.id, HttpEndpoint="disabled")
    after = options(world, instance.id)
    changed = {"HttpPutResponseHopLimit": 5, "HttpTokens": "required", "HttpEndpoint": "disabled"}
    told = {name: after[name] for name in after if name != "State"}
    assert told == {name: before[name] for name in before if name != "State"} | changed
    assert asked(url) == asked(url, **{TOKEN: "any"}) == (403, "Forbidden")
    ec2.modify_instance_metadata_options(InstanceId=instance.id, HttpEndpoint="enabled")
    assert asked(url)[0] == 401, "tokens are still required"


def test_rotation(world: SmallWorld) -> None:
    """A credential is replaced a quarter of an hour before its end; both are good until the old one ends."""
    instance = world.fleet("rotates").instances[0]
    old = world.stolen(instance)
    world.go_on(hours=5, minutes=44)
    assert world.stolen(instance) == old
    world.go_on(minutes=1)
    new = world.stolen(instance)
    assert new[0] != old[0]
    assert [outcome(world.api("s3", key).list_buckets) for key in (old, new)] == ["ok", "ok"]
    world.go_on(minutes=15)
    assert [outcome(world.api("s3", key).list_buckets) for key in (old, new)] == ["ExpiredToken", "ok"]


def test_issue_is_recorded(world: SmallWorld) -> None:
    """Each credential that is made for an instance leaves a record of EC2 taking the role; a mere read leaves none."""
    instance = world.fleet("issued").instances[0]
    before = len(world.records)
    key = world.stolen(instance)
    world.stolen(instance)
    made = world.records[before:]
    assert len(made) == 1
    record = made[0]
    assert (record["eventName"], record["eventSource"], record["awsRegion"]) == (
        "AssumeRole",
        "sts.amazonaws.com",
        REGION,
    )
    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    assert record["sourceIPAddress"] == record["userAgent"] == "ec2.amazonaws.com"
    assert record["requestParameters"]["roleSessionName"] == instance.id
    given = record["responseElements"]["credentials"]
    assert given["accessKeyId"] == key[0]
    assert "secretAccessKey" not in given


@pytest.mark.parametrize("way", [
    "in two steps", "replaced",
])  # fmt: skip
def test_other_profile(world: SmallWorld, way: str) -> None:
    """With another profile, put on over HTTP, the instance gives the other role's credential; the old one lives on."""
    fleet, other = world.fleet(f"first-{way[0]}"), world.fleet(f"second-{way[0]}")
    instance = fleet.instances[0]
    stolen = world.stolen(instance)
    ec2 = world.api("ec2")
    held = ec2.describe_iam_instance_profile_associations(Filters=[{"Name": "instance-id", "Values": [instance.id]}])
    association, profile = held["IamInstanceProfileAssociations"][0]["AssociationId"], {"Name": f"{other.role}-profile"}
    if way == "replaced":
        ec2.replace_iam_instance_profile_association(AssociationId=association, IamInstanceProfile=profile)
    else:
        ec2.disassociate_iam_instance_profile(AssociationId=association)
        assert asked(world.simulator.metadata_url(instance.id) + LIST)[0] == 404
        ec2.associate_iam_instance_profile(InstanceId=instance.id, IamInstanceProfile=profile)
    new = read_credential(world.simulator.metadata_url(instance.id), "2.0")
    who = world.api("sts", key_of(new)).get_caller_identity()
    assert who["UserId"] == f"{other.role_id}:{instance.id}"
    assert outcome(world.api("s3", stolen).list_buckets) == "ok"


def test_no_profile(world: SmallWorld) -> None:
    """An instance without a profile has no credential to give."""
    told = world.api("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)
    assert asked(world.simulator.metadata_url(told["Instances"][0]["InstanceId"]) + LIST)[0] == 404


def test_version_1_is_counted(world: SmallWorld) -> None:
    """Reads without a token are counted by instance, refused ones apart from answered ones."""
    instance = world.fleet("counted").instances[0]
    url, service = world.simulator.metadata_url(instance.id), world.accounts.metadata
    asked(url + LIST)
    asked(url + LIST, **{TOKEN: token_of(url)})
    assert (len(service.without_token[instance.id]), instance.id in service.rejected) == (1, False)
    world.api("ec2").modify_instance_metadata_options(InstanceId=instance.id, HttpTokens="required")
    asked(url + LIST)
    asked(url + LIST, **{TOKEN: "made up"})
    assert (len(service.without_token[instance.id]), len(service.rejected[instance.id])) == (1, 1)


def test_botocore_reads_it(world: SmallWorld, fleet: Fleet) -> None:
    """The reader of the metadata service that botocore has gets the instance's credential of version 2."""
    instance = fleet.instances[1]
    fetcher = InstanceMetadataFetcher(
        timeout=5, num_attempts=1, base_url=world.simulator.metadata_url(instance.id) + "/"
    )
    assert os.environ.get("AWS_EC2_METADATA_DISABLED") is None
    told = fetcher.retrieve_iam_role_credentials()
    assert told["role_name"] == fleet.role
    key = (told["access_key"], told["secret_key"], told["token"])
    assert key == world.stolen(instance, "2.0")
    assert world.api("sts", key).get_caller_identity()["UserId"] == fleet.principal_id(1)
