"""EC2 where moto lacks an answer or gives a wrong one: regions, metadata options, and who an instance is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from gdkit.simulator.call import ApiError, Call, Handlers, Result
from gdkit.simulator.ec2.asking import asked_of_moto
from gdkit.simulator.ec2.metadata import Host
from gdkit.simulator.sessions import isolated_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gdkit.simulator.backend import Backend

ENABLED_REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1",
    "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
"""Regions that are enabled in every account; all others must be opted in to.

Source: AWS Account Management Reference Guide, "Enable or disable AWS Regions".
"""

_OWN_FILTERS: dict[str, Callable[[Any], object]] = {
    "iam-instance-profile.arn": lambda one: one.get("IamInstanceProfile", {}).get("Arn"),
    "metadata-options.http-tokens": lambda one: one.get("MetadataOptions", {}).get("HttpTokens", "optional"),
}
"""Filters of DescribeInstances that moto does not have, and what each looks at."""

_OPTIONS = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags")
_OPTION_DEFAULTS = {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled",
                    "HttpProtocolIpv6": "disabled", "InstanceMetadataTags": "disabled"}  # fmt: skip

_NO_PREFERENCE = ("no-preference", -1)
"""Values that take a default away. Source: EC2 API Reference, ModifyInstanceMetadataDefaults."""


class Compute:
    """Answers parts of EC2."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._homes: dict[str, tuple[str, str]] = {}
        self._launched: dict[str, datetime] = {}
        self._defaults: dict[tuple[str, str], dict[str, Any]] = {}
        self._lock = threading.RLock()

    def handlers(self) -> Handlers:
        """Give the operations."""
        return {
            ("ec2", "DescribeInstances"): self.describe_instances,
            ("ec2", "DescribeRegions"): self.describe_regions,
            ("ec2", "GetInstanceMetadataDefaults"): self.get_metadata_defaults,
            ("ec2", "ModifyInstanceMetadataDefaults"): self.modify_metadata_defaults,
            ("ec2", "ModifyInstanceMetadataOptions"): self.modify_metadata_options,
        }

    def know(self, instance_id: str, account_id: str, region: str, launched_at: datetime) -> None:
        """Remember where an instance runs, and when it was launched by the simulated clock."""
        with self._lock:
            self._homes[instance_id] = (account_id, region)
            self._launched[instance_id] = launched_at

    def launched(self, instance_id: str) -> tuple[str, str, datetime] | None:
        """Give account, region and launch of an instance that was once here; None for any other."""
        with self._lock:
            home = self._homes.get(instance_id)
            return None if home is None else (*home, self._launched[instance_id])

    def with_profile(self, account_id: str, region: str, association_id: str) -> str | None:
        """Give the instance that an association of a profile is of; None where there is none of this id."""
        ec2 = self._backend.client("ec2", account_id, region)
        links = ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
        return next((str(one["InstanceId"]) for one in links if one["AssociationId"] == association_id), None)

    def tags(self, account_id: str, region: str, identifier: str) -> dict[str, str]:
        """Give the tags of a thing of EC2 by its id."""
        ec2 = self._backend.client("ec2", account_id, region)
        found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [identifier]}])["Tags"]
        return {str(one["Key"]): str(one["Value"]) for one in found}

    def describe_instances(self, call: Call) -> Result:
        """Give instances with their simulated launch times; also by what moto cannot filter by."""
        filters = list(call.parameters.get("Filters", ()))
        own = [one for one in filters if one["Name"] in _OWN_FILTERS]
        asked = {**call.parameters, "Filters": [one for one in filters if one["Name"] not in _OWN_FILTERS]}
        found = self._described(call.account_id, call.region, asked)
        for reservation in found["Reservations"]:
            reservation["Instances"] = [one for one in reservation["Instances"] if _passes(one, own)]
        found["Reservations"] = [one for one in found["Reservations"] if one["Instances"]]
        return found

    def describe_regions(self, call: Call) -> Result:
        """Give the account's regions; those not opted in to only where all are asked for."""
        names = isolated_session("AKIANOBODY", "nobody").get_available_regions("ec2")
        rows = [{"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com",
                 "OptInStatus": "opt-in-not-required" if name in ENABLED_REGIONS else "not-opted-in"}
                for name in names]  # fmt: skip
        wanted = call.parameters.get("RegionNames")
        if wanted:
            unknown = sorted(set(wanted) - set(names))
            if unknown:
                raise ApiError("InvalidParameterValue", f"Invalid region provided: {unknown[0]}")
            rows = [row for row in rows if row["RegionName"] in wanted]
        if not call.parameters.get("AllRegions"):
            rows = [row for row in rows if row["OptInStatus"] != "not-opted-in"]
        return {"Regions": rows}

    def _described(self, account_id: str, region: str, asked: dict[str, Any]) -> Result:
        """Give moto's instances with what it gets wrong put right: profile, times, owner of addresses."""
        ec2 = self._backend.client("ec2", account_id, region)
        found = asked_of_moto(ec2.describe_instances, asked)
        links = ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
        profiles = {link["InstanceId"]: link["IamInstanceProfile"] for link in links}
        for reservation in found["Reservations"]:
            for one in reservation["Instances"]:
                one.pop("IamInstanceProfile", None)
                if one["InstanceId"] in profiles:
                    one["IamInstanceProfile"] = profiles[one["InstanceId"]]
                self._date(one)
        return found

    def _instance(self, account_id: str, region: str, instance_id: str) -> Any:
        found = self._described(account_id, region, {"InstanceIds": [instance_id]})
        return found["Reservations"][0]["Instances"][0]

    def _date(self, instance: Any) -> None:
        """Put an instance on the simulated clock, and say of its public addresses that AWS assigned them."""
        launched_at = self._launched.get(instance["InstanceId"], instance["LaunchTime"])
        instance["LaunchTime"] = launched_at
        for interface in instance.get("NetworkInterfaces", ()):
            interface.setdefault("Attachment", {})["AttachTime"] = launched_at
            if interface.get("Association", {}).get("PublicIp"):
                interface["Association"]["IpOwnerId"] = "amazon"

    def get_metadata_defaults(self, call: Call) -> Result:
        """Give the account's defaults for new instances in a region."""
        with self._lock:
            return {"AccountLevel": dict(self._defaults.get((call.account_id, call.region), {}))}

    def modify_metadata_defaults(self, call: Call) -> Result:
        """Set the account's defaults for new instances in a region."""
        given = {name: call.parameters[name] for name in _OPTIONS if name in call.parameters}
        with self._lock:
            held = self._defaults.setdefault((call.account_id, call.region), {})
            held.update(given)
            for name in [name for name, value in held.items() if value in _NO_PREFERENCE]:
                del held[name]
        return {"Return": True}

    def modify_metadata_options(self, call: Call) -> Result:
        """Change the options that are given and leave the others: moto forgets those that are not given."""
        instance_id = str(call.parameters["InstanceId"])
        ec2 = self._backend.client("ec2", call.account_id, call.region)
        now = self._instance(call.account_id, call.region, instance_id).get("MetadataOptions", {})
        held = {**_OPTION_DEFAULTS, **now}
        wanted = {name: call.parameters.get(name, held[name]) for name in _OPTIONS}
        ec2.modify_instance_metadata_options(InstanceId=instance_id, **wanted)
        return {"InstanceId": instance_id, "InstanceMetadataOptions": {"State": "pending", **wanted}}

    def host(self, instance_id: str) -> Host | None:
        """Give an instance as its metadata service knows it; None for one that is unknown or does not run."""
        home = self._homes.get(instance_id)
        if home is None:
            return None
        instance = self._instance(*home, instance_id)
        if instance["State"]["Name"] != "running":
            return None
        options = {**_OPTION_DEFAULTS, **instance.get("MetadataOptions", {})}
        return Host(
            account_id=home[0],
            region=home[1],
            instance_id=instance_id,
            profile_role=self._role_of(home[0], instance),
            endpoint=str(options["HttpEndpoint"]),
            tokens=str(options["HttpTokens"]),
            hop_limit=int(options["HttpPutResponseHopLimit"]),
            private_address=str(instance.get("PrivateIpAddress", "")),
            vpc_id=str(instance.get("VpcId", "")),
            image_id=str(instance.get("ImageId", "")),
            instance_type=str(instance.get("InstanceType", "")),
        )

    def finding_details(self, account_id: str, region: str, instance_id: str) -> dict[str, Any]:
        """Give an instance as a finding describes it; nothing for one that is not there."""
        try:
            instance = self._instance(account_id, region, instance_id)
        except ApiError:
            return {}
        profile = instance.get("IamInstanceProfile", {})
        return {
            "instanceId": instance_id,
            "instanceType": instance.get("InstanceType"),
            "launchTime": instance["LaunchTime"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "imageId": instance.get("ImageId"),
            "instanceState": instance["State"]["Name"],
            "availabilityZone": instance.get("Placement", {}).get("AvailabilityZone"),
            "iamInstanceProfile": {"arn": profile.get("Arn"), "id": profile.get("Id")},
            "networkInterfaces": [_interface(one) for one in instance.get("NetworkInterfaces", ())],
            "tags": [{"key": tag["Key"], "value": tag["Value"]} for tag in instance.get("Tags", ())],
        }

    def _role_of(self, account_id: str, instance: Any) -> str | None:
        arn = instance.get("IamInstanceProfile", {}).get("Arn")
        if not arn:
            return None
        iam = self._backend.client("iam", account_id, "us-east-1")
        profile = iam.get_instance_profile(InstanceProfileName=arn.rsplit("/", 1)[-1])["InstanceProfile"]
        return str(profile["Roles"][0]["RoleName"]) if profile["Roles"] else None


def _passes(instance: Any, filters: list[Any]) -> bool:
    return all(_OWN_FILTERS[one["Name"]](instance) in one["Values"] for one in filters)


def _interface(one: Any) -> dict[str, Any]:
    return {
        "networkInterfaceId": one.get("NetworkInterfaceId"),
        "privateIpAddress": one.get("PrivateIpAddress"),
        "publicIp": one.get("Association", {}).get("PublicIp"),
        "subnetId": one.get("SubnetId"),
        "vpcId": one.get("VpcId"),
        "securityGroups": [{"groupId": group["GroupId"], "groupName": group["GroupName"]} for group in one["Groups"]],
    }
