"""Switch off an EventBridge rule that the thief made, changed or switched on, and switch it on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws import need, rows
from gdkit.errors import AwsCall, AwsError, ResponseError
from gdkit.response.credential.told import plain
from gdkit.response.grown.place import ACCOUNT, REGION, account_of, action, asked, client_of, gone, region_of, told
from gdkit.response.merge import reverted
from gdkit.response.step import Action, Explanation, Need, Option, SideEffect, State, Step, Target, Undone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

NAME = "disable-rule"
_ARNS = ("arn:{partition}:events:{region}:{account_id}:rule/{rule}",
         "arn:{partition}:events:{region}:{account_id}:rule/{bus}/{rule}")  # fmt: skip
"""Source: Service Authorization Reference, Amazon EventBridge: rules on the default bus, and on another."""

_ON = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give whether the rule is on.

    Raises:
        ResponseError: it is not there, or an AWS service manages it.
        AwsError: it could not be read.
    """
    try:
        rule = asked(aws, target, "events", "DescribeRule", _asks(target))
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        raise gone(f"the rule {told(target, 'rule')}", NAME, "DeleteRule") from error
    if rule.get("ManagedBy"):
        raise ResponseError(f"the AWS service {plain(rule['ManagedBy'])} manages the rule {told(target, 'rule')}",
                            where=f"step {NAME}", action="look for what made that service do so")  # fmt: skip
    return {"State": need(rule, "State", AwsCall("events", "DescribeRule", account_of(target), region_of(target)))}


def want(target: Target, now: State) -> State:
    """Give it switched off."""
    return {"State": "DISABLED"}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that switches it on or off."""
    if now == wanted:
        return ()
    verb, what = ("Disable", "off") if wanted["State"] == "DISABLED" else ("Enable", "on")
    return (action(target, "events", f"{verb}Rule", _asks(target), f"Switch the rule {told(target, 'rule')} {what}"),)


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Give it as it was; of two ways to be on, the one that EnableRule knows."""
    undone = reverted(before, after, now)
    if undone.state["State"] != _ON[1] or now["State"] == _ON[1]:
        return undone
    return Undone({"State": _ON[0]}, (*undone.left, f"the rule's state was {_ON[1]}; EnableRule brings back "
                                      f"{_ON[0]}, so a person must set it by PutRule"))  # fmt: skip


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what the rule starts no more."""
    if now == wanted:
        return ()
    asks = {("Rule" if name == "Name" else name): value for name, value in _asks(target).items()}
    found: list[Any] = list(rows(client_of(aws, target, "events"), "ListTargetsByRule", "Targets", asks,
                                 account_id=account_of(target)))  # fmt: skip
    names = sorted(plain(one["Arn"], 160) for one in found)
    rule = told(target, "rule")
    return (SideEffect(f"The rule {rule} starts its {len(names)} targets no more: {', '.join(names) or 'none'}",
                       (rule, *names)),)  # fmt: skip


def _asks(target: Target) -> dict[str, str]:
    return {"Name": told(target, "rule"), "EventBusName": told(target, "bus")}


STEP = Step(
    name=NAME,
    title="Switch off an EventBridge rule",
    phase="containment",
    explanation=Explanation(
        what="Disables one rule. The rule and its targets stay as evidence.",
        why="A rule starts the thief's function or pipeline again and again, without any of his credentials.",
        breaks="What the rule started, if it was there before the thief changed it.",
        leaves_open="What its targets do by other triggers, and runs that were started already. A rule may still "
        "fire for a short time until EventBridge has taken the change in. Schedules of EventBridge Scheduler are no "
        "rules.",
        undo="Enables it, if it was on.",
        source="Amazon EventBridge API Reference, DisableRule, EnableRule, RuleState",
    ),
    needs=(
        *(Need(f"events:{name}", arn) for arn in _ARNS for name in ("DescribeRule", "ListTargetsByRule")),
        *(Need(f"events:{name}", arn, writes=True) for arn in _ARNS for name in ("DisableRule", "EnableRule")),
    ),
    options=(Option("rule", "Name of the rule.", required=True),
             Option("bus", "Name of its event bus.", "default"), ACCOUNT, REGION),
    read=read,
    want=want,
    change=change,
    revert=revert,
    effects=effects,
)  # fmt: skip
"""The step."""
