"""Let the instance's metadata service answer IMDSv2 alone, so that a forged request can no longer fetch credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.aws import ask, need
from gdkit.errors import AwsCall, ResponseError
from gdkit.response.step import Action, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the metadata options of the instance.

    Raises:
        ResponseError: the instance is not known, or is gone.
        AwsError: it could not be read.
    """
    if not target.instance_id:
        raise ResponseError("the case names no instance", where="step require-imdsv2")
    call = AwsCall("ec2", "DescribeInstances", target.account_id, target.region)
    client = aws.client("ec2", target.region, target.account_id)
    found = need(ask(client, "DescribeInstances", {"InstanceIds": [target.instance_id]}), "Reservations", call)
    instances = [instance for group in found for instance in group["Instances"]]
    if not instances:
        raise ResponseError(f"the instance {target.instance_id} does not exist any more", where="step require-imdsv2")
    options = instances[0].get("MetadataOptions", {})
    return {
        "HttpTokens": options.get("HttpTokens"),
        "HttpPutResponseHopLimit": options.get("HttpPutResponseHopLimit"),
        "HttpEndpoint": options.get("HttpEndpoint"),
    }


def want(target: Target, now: State) -> State:
    """Give the options with tokens required, and the hop limit that was told."""
    return {**now, "HttpTokens": "required", "HttpPutResponseHopLimit": int(target.options["hop-limit"])}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that sets the options; every option is named, so that none falls back to a default."""
    if now == wanted:
        return ()
    does = f"Set the metadata options of {target.instance_id}: HttpTokens {wanted['HttpTokens']}"
    named = {name: value for name, value in wanted.items() if value is not None}
    return (Action("ec2", "ModifyInstanceMetadataOptions", {"InstanceId": target.instance_id, **named}, does),)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say who stops getting credentials."""
    return (
        SideEffect(
            f"Software on {target.instance_id} that speaks IMDSv1 alone gets no more credentials; containers behind a "
            f"bridge network get none with a hop limit of 1 (it will be {wanted['HttpPutResponseHopLimit']})",
            (str(target.instance_id),),
        ),
    )


STEP = Step(
    name="require-imdsv2",
    title="Let the instance's metadata service answer IMDSv2 alone",
    phase="recovery",
    explanation=Explanation(
        what="Sets HttpTokens to required and the hop limit on the leaked instance.",
        why="A forged request through the instance (SSRF) can then no longer fetch the role's credentials.",
        breaks="Software that speaks IMDSv1 alone; containers on a bridge network with a hop limit of 1.",
        leaves_open="Credentials stolen already go on working. Who runs code on the instance can still fetch new ones.",
        undo="Brings back the options as they were.",
        source="Amazon EC2 User Guide, Use IMDSv2; EC2 API Reference, ModifyInstanceMetadataOptions",
    ),
    needs=(
        Need("ec2:DescribeInstances"),
        Need("ec2:ModifyInstanceMetadataOptions",
             "arn:{partition}:ec2:{region}:{account_id}:instance/{instance_id}", writes=True),
    ),
    options=(Option("hop-limit", "How far the answer may travel; 2 for containers on a bridge network.", "1",
                    tuple(map(str, range(1, 65)))),),
    read=read,
    want=want,
    change=change,
    effects=effects,
)  # fmt: skip
"""The step."""
