"""Let new instances of the region begin with IMDSv2 alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.response.instance.host import asked
from gdkit.response.step import Action, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

_NO_PREFERENCE = {"HttpTokens": "no-preference", "HttpPutResponseHopLimit": -1}
"""What takes a default away. Source: EC2 API Reference, ModifyInstanceMetadataDefaults."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the region's defaults; None where there is no preference.

    Raises:
        AwsError: they could not be read.
    """
    level = asked(aws, target, "ec2", "GetInstanceMetadataDefaults", {}).get("AccountLevel") or {}
    found = {name: level.get(name) for name in _NO_PREFERENCE}
    return {name: None if value == _NO_PREFERENCE[name] else value for name, value in found.items()}


def want(target: Target, now: State) -> State:
    """Give tokens required, and the hop limit where one was told."""
    told = target.options["hop-limit"]
    return {"HttpTokens": "required", "HttpPutResponseHopLimit": int(told) if told else now["HttpPutResponseHopLimit"]}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the call that sets what differs."""
    differs = {name: _NO_PREFERENCE[name] if value is None else value for name, value in wanted.items()
               if now[name] != value}  # fmt: skip
    if not differs:
        return ()
    said = ", ".join(f"{name} {value}" for name, value in differs.items())
    return (Action("ec2", "ModifyInstanceMetadataDefaults", differs, f"Set the defaults of {target.region}: {said}"),)


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say whom it reaches, and whom not."""
    where = f"account {target.account_id} in {target.region}"
    return (
        SideEffect(f"New instances of {where} answer IMDSv2 alone, unless their launch, template or image "
                   "says otherwise: software that speaks IMDSv1 alone gets no credentials", (target.account_id,)),
        SideEffect("Instances that run already stay as they are: require-imdsv2 sets one; the case's fleet table names "
                   "the role's others", ()),
    )  # fmt: skip


STEP = Step(
    name="imds-defaults",
    title="Let new instances of the region begin with IMDSv2 alone",
    phase="recovery",
    explanation=Explanation(
        what="Sets the account's metadata defaults of the region: HttpTokens required, and the hop limit if told.",
        why="Most credentials of this kind are read through IMDSv1; new instances then do not offer it.",
        breaks="New instances with software that speaks IMDSv1 alone. With a hop limit of 1, containers on a bridge "
               "network of new instances.",
        leaves_open="Running instances; launches, templates and images that ask for IMDSv1 themselves; other regions, "
                    "each of which has defaults of its own. A guard for the whole organisation is a service control "
                    "policy (see prevention).",
        undo="Brings the defaults back, or takes them away where there were none.",
        source="EC2 API Reference, ModifyInstanceMetadataDefaults; EC2 User Guide, Configure instance metadata options",
    ),
    needs=(
        Need("ec2:GetInstanceMetadataDefaults"),
        Need("ec2:ModifyInstanceMetadataDefaults", writes=True),
    ),
    options=(Option("hop-limit", "How far the answer may travel; empty leaves the default as it is.", "",
                    ("", *map(str, range(1, 65)))),),
    read=read,
    want=want,
    change=change,
    effects=effects,
)  # fmt: skip
"""The step."""
