"""Close what the thief opened in a security group, rule by rule, and open it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import rows
from gdkit.errors import AwsError
from gdkit.response.grown.place import ACCOUNT, REGION, account_of, action, client_of, gone, told
from gdkit.response.merge import reverted
from gdkit.response.step import Action, Check, Explanation, Need, Option, SideEffect, State, Step, Target, Undone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "revoke-ingress"
_ARN = "arn:{partition}:ec2:{region}:{account_id}:security-group/{group}"
_SOURCES = ("CidrIpv4", "CidrIpv6", "PrefixListId")


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the group's ingress rules by what they let in, and which of them the named ids are.

    A rule that is opened again has another id, so a rule is known by what it lets in; AWS has each of them once.

    Raises:
        ResponseError: the group is not there.
        AwsError: it could not be read.
    """
    group = told(target, "group")
    filters = [{"Name": "group-id", "Values": [group]}]
    found = rows(client_of(aws, target, "ec2"), "DescribeSecurityGroupRules", "SecurityGroupRules",
                 {"Filters": filters}, account_id=account_of(target))  # fmt: skip
    try:
        ingress = [rule for rule in found if not rule["IsEgress"]]
    except AwsError as error:
        if error.code not in ("InvalidGroup.NotFound", "InvalidGroupId.Malformed"):
            raise
        raise gone(f"the security group {group}", NAME, "DeleteSecurityGroup") from error
    ids = _ids(target)
    return {"rules": {_key(rule): _kept(rule) for rule in ingress},
            "named": {str(rule["SecurityGroupRuleId"]): _key(rule) for rule in ingress
                      if rule["SecurityGroupRuleId"] in ids}}  # fmt: skip


def want(target: Target, now: State) -> State:
    """Give the rules without the named ones."""
    closed = set(now["named"].values())
    return {"rules": {key: rule for key, rule in now["rules"].items() if key not in closed}, "named": {}}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the calls that close rules, and those that open them again with the same description and tags."""
    group = told(target, "group")
    closed = [rule for rule, key in now["named"].items() if key not in wanted["rules"]]
    calls = []
    if closed:
        what = ", ".join(f"{rule} ({now['named'][rule]})" for rule in closed)
        asks = {"GroupId": group, "SecurityGroupRuleIds": closed}
        calls.append(action(target, "ec2", "RevokeSecurityGroupIngress", asks, f"Close in {group}: {what}"))
    for key, rule in wanted["rules"].items():
        if key not in now["rules"]:
            calls.append(action(target, "ec2", "AuthorizeSecurityGroupIngress", _opened(group, rule),
                                f"Open in {group}: {key}"))  # fmt: skip
    return tuple(calls)


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Give the rules as they were; the old ids do not come back."""
    undone = reverted(before, after, now)
    again = [key for key in undone.state["rules"] if key not in now["rules"]]
    left = [f"the rule {key} gets another id than it had" for key in again]
    return Undone({"rules": undone.state["rules"], "named": now["named"]}, (*undone.left, *left))


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what cannot come in any more."""
    group = told(target, "group")
    return tuple(SideEffect(f"{now['named'][rule]} comes into {group} no more; {rule} was that rule", (group, rule))
                 for rule in sorted(now["named"]))  # fmt: skip


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Tell of each id whether it is there: a rule that is gone may have been opened again under another id."""
    return tuple(Check(f"{rule} is an ingress rule of the group", rule in now["named"],
                       now["named"].get(rule, "it is not: closed already, or opened again under another id"))
                 for rule in _ids(target))  # fmt: skip


def _ids(target: Target) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in told(target, "rules").split(",")))


def _key(rule: Mapping[str, Any]) -> str:
    """Say what a rule lets in."""
    ports = "all ports" if rule.get("FromPort", -1) == -1 else f"{rule['FromPort']}-{rule.get('ToPort')}"
    protocol = "every protocol" if rule["IpProtocol"] == "-1" else rule["IpProtocol"]
    return f"{protocol} {ports} from {_source(rule)}"


def _source(rule: Mapping[str, Any]) -> str:
    pair = rule.get("ReferencedGroupInfo") or {}
    if pair.get("GroupId"):
        return f"{pair['GroupId']} of {pair['UserId']}" if pair.get("UserId") else str(pair["GroupId"])
    return next((str(rule[name]) for name in _SOURCES if rule.get(name)), "nowhere")


def _kept(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Give what brings a rule back, without its id."""
    kept = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort", *_SOURCES, "Description")
            if rule.get(name) not in (None, "")}  # fmt: skip
    pair = rule.get("ReferencedGroupInfo") or {}
    if pair.get("GroupId"):
        kept["Group"] = {name: pair[name] for name in ("GroupId", "UserId", "VpcPeeringConnectionId") if pair.get(name)}
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in rule.get("Tags", ())}
    return {**kept, **({"Tags": tags} if tags else {})}


def _opened(group: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters that open a rule."""
    note = {"Description": rule["Description"]} if "Description" in rule else {}
    permission: dict[str, Any] = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
    for name, list_name, member in (("CidrIpv4", "IpRanges", "CidrIp"), ("CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
                                    ("PrefixListId", "PrefixListIds", "PrefixListId")):  # fmt: skip
        if name in rule:
            permission[list_name] = [{member: rule[name], **note}]
    if "Group" in rule:
        permission["UserIdGroupPairs"] = [{**rule["Group"], **note}]
    asks: dict[str, Any] = {"GroupId": group, "IpPermissions": [permission]}
    tags = [{"Key": key, "Value": value} for key, value in rule.get("Tags", {}).items()]
    if tags:
        asks["TagSpecifications"] = [{"ResourceType": "security-group-rule", "Tags": tags}]
    return asks


STEP = Step(
    name=NAME,
    title="Close ingress rules of a security group",
    phase="eradication",
    explanation=Explanation(
        what="Revokes the named ingress rules of one security group; other rules stay.",
        why="A port that the thief opened is a way onto the machines behind it.",
        breaks="Whoever else came in by these rules since.",
        leaves_open="Connections that are open and tracked go on until they end or fall idle. Other groups and rules, "
        "and what came in already.",
        undo="Opens the same again: protocol, ports, source, description and tags. The rule gets a new id.",
        source="Amazon EC2 API Reference, RevokeSecurityGroupIngress, AuthorizeSecurityGroupIngress; EC2 User Guide, "
        "Security group connection tracking",
    ),
    needs=(
        Need("ec2:DescribeSecurityGroupRules"),
        Need("ec2:RevokeSecurityGroupIngress", _ARN, writes=True),
        Need("ec2:AuthorizeSecurityGroupIngress", _ARN, writes=True),
        Need("ec2:CreateTags", "arn:{partition}:ec2:{region}:{account_id}:security-group-rule/*", writes=True,
             condition={"StringEquals": {"ec2:CreateAction": "AuthorizeSecurityGroupIngress"}}),
    ),
    options=(Option("group", "Id of the security group, sg-….", required=True),
             Option("rules", "Ids of the rules, sgr-…, joined by commas.", required=True), ACCOUNT, REGION),
    read=read,
    want=want,
    change=change,
    revert=revert,
    effects=effects,
    prove=prove,
)  # fmt: skip
"""The step."""
