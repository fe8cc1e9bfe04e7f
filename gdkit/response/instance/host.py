"""The instance that leaked, read for the steps that are about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import ask, need, rows
from gdkit.errors import AwsCall, AwsError, ResponseError
from gdkit.response.credential.told import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

INSTANCE = "arn:{partition}:ec2:{region}:{account_id}:instance/{instance_id}"
"""The instance, as a policy names it."""

CASE_TAG, INSTANCE_TAG = "gdkit:case", "gdkit:instance"
"""Tags of everything that gdkit makes for a case: its name, and the instance that it is about."""


def asked(aws: ReadOnlyAws, target: Target, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
    """Make one reading call in the instance's account and region, and give its answer.

    Raises:
        AwsError: it failed.
    """
    client = aws.client(service, target.region, target.account_id)
    return ask(client, operation, parameters, account_id=target.account_id)


def listed_of(aws: ReadOnlyAws, target: Target, service: str, operation: str, key: str,
              parameters: Mapping[str, Any]) -> list[Any]:  # fmt: skip
    """Give the members of a list in an answer, of all its pages, in the instance's account and region.

    Raises:
        AwsError: it failed.
    """
    client = aws.client(service, target.region, target.account_id)
    return list(rows(client, operation, key, parameters, account_id=target.account_id))


def interfaces_of(aws: ReadOnlyAws, target: Target) -> list[Mapping[str, Any]]:
    """Give the network interfaces of the instance as DescribeNetworkInterfaces does, by id.

    Raises:
        AwsError: they could not be read.
    """
    asks = {"Filters": [{"Name": "attachment.instance-id", "Values": [target.instance_id]}]}
    found = listed_of(aws, target, "ec2", "DescribeNetworkInterfaces", "NetworkInterfaces", asks)
    return sorted(found, key=lambda one: str(one["NetworkInterfaceId"]))


def instance_of(aws: ReadOnlyAws, target: Target) -> Mapping[str, Any]:
    """Give the instance as DescribeInstances does.

    Raises:
        ResponseError: the case names none, or it is gone.
        AwsError: it could not be read.
    """
    if not target.instance_id:
        raise ResponseError("the case names no instance", where="instance")
    gone = ResponseError(f"the instance {target.instance_id} does not exist any more", where="instance",
                         action="look for TerminateInstances in CloudTrail; volumes may still be there")  # fmt: skip
    try:
        answer = asked(aws, target, "ec2", "DescribeInstances", {"InstanceIds": [target.instance_id]})
    except AwsError as error:
        if error.code != "InvalidInstanceID.NotFound":
            raise
        raise gone from error
    groups = need(answer, "Reservations", AwsCall("ec2", "DescribeInstances", target.account_id, target.region))
    found = [one for group in groups for one in group["Instances"] if one["State"]["Name"] != "terminated"]
    if not found:
        raise gone
    first: Mapping[str, Any] = found[0]
    return first


def volumes_of(instance: Mapping[str, Any]) -> dict[str, str]:
    """Give the EBS volumes of an instance: device name to volume id, sorted."""
    mapped = {str(one["DeviceName"]): str(one["Ebs"]["VolumeId"]) for one in instance.get("BlockDeviceMappings", ())
              if "Ebs" in one}  # fmt: skip
    return dict(sorted(mapped.items()))


def called(instance: Mapping[str, Any]) -> str:
    """Give an instance's name and id, for a sentence."""
    name = plain(tags_of(instance).get("Name", ""))
    return f"{name} ({instance['InstanceId']})" if name else str(instance["InstanceId"])


def tags_of(thing: Mapping[str, Any]) -> dict[str, str]:
    """Give the tags of a thing of EC2."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in thing.get("Tags") or ()}


def case_tags(target: Target) -> list[dict[str, str]]:
    """Give the tags of what gdkit makes for the case."""
    return [{"Key": CASE_TAG, "Value": target.case_id}, {"Key": INSTANCE_TAG, "Value": str(target.instance_id)}]


def case_filters(target: Target) -> list[dict[str, Any]]:
    """Give the filters that find what gdkit made for the case."""
    return [{"Name": f"tag:{tag['Key']}", "Values": [tag["Value"]]} for tag in case_tags(target)]
