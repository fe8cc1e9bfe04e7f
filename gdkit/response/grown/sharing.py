"""Whom a snapshot or an image is shared with, and the two steps that take one of them away: one form for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.aws import need
from gdkit.errors import AwsCall, AwsError
from gdkit.response.grown.place import ACCOUNT, REGION, account_of, action, asked, gone, region_of, told
from gdkit.response.step import Action, Explanation, Need, Option, SideEffect, State, Step, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws


@dataclass(frozen=True, slots=True)
class Sharing:
    """A kind of thing that is shared with accounts, one by one or with all.

    Attributes:
        noun: what it is, ``snapshot`` or ``image``; also the option that names it.
        attribute: what EC2 calls the list of those it is shared with, in requests.
        answer: the same in answers.
        missing: code of EC2's error where there is no such thing.
        ended: the call that would have ended it.
        arn: the resource in a policy.
    """

    noun: str
    attribute: str
    answer: str
    missing: str
    ended: str
    arn: str

    @property
    def step(self) -> str:
        """Name of the step."""
        return f"unshare-{self.noun}"

    @property
    def parameter(self) -> str:
        """Name of the parameter that takes the id."""
        return f"{self.noun.title()}Id"

    def read(self, aws: ReadOnlyAws, target: Target) -> State:
        """Give whether it is shared with whom the option names; of others nothing is kept."""
        thing, whom = told(target, self.noun), told(target, "shared-with")
        operation = f"Describe{self.noun.title()}Attribute"
        try:
            answer = asked(aws, target, "ec2", operation, {self.parameter: thing, "Attribute": self.attribute})
        except AwsError as error:
            if error.code not in (self.missing, self.missing.replace("NotFound", "Unavailable")):
                raise
            raise gone(f"the {self.noun} {thing}", self.step, self.ended) from error
        found = need(answer, self.answer, AwsCall("ec2", operation, account_of(target), region_of(target)))
        return {"shared": any(whom in (row.get("UserId"), row.get("Group")) for row in found)}

    def want(self, target: Target, now: State) -> State:
        """Give it not shared with them."""
        return {"shared": False}

    def change(self, target: Target, now: State, wanted: State) -> Sequence[Action]:
        """Give the call that adds them or takes them away."""
        if now == wanted:
            return ()
        thing, whom = told(target, self.noun), told(target, "shared-with")
        change, does = ("Add", "Share") if wanted["shared"] else ("Remove", "Unshare")
        who: dict[str, Any] = {"Group": "all"} if whom == "all" else {"UserId": whom}
        link = "with" if wanted["shared"] else "from"
        list_name = f"{self.attribute[0].upper()}{self.attribute[1:]}"
        asks = {self.parameter: thing, "Attribute": self.attribute, list_name: {change: [who]}}
        whose = "all accounts" if whom == "all" else f"account {whom}"
        return (action(target, "ec2", f"Modify{self.noun.title()}Attribute", asks,
                       f"{does} the {self.noun} {thing} {link} {whose}"),)  # fmt: skip

    def effects(self, aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
        """Say who loses it."""
        if now == wanted:
            return ()
        thing, whom = told(target, self.noun), told(target, "shared-with")
        whose = "Every account that it was not shared with by name" if whom == "all" else f"The account {whom}"
        return (SideEffect(f"{whose} can copy or use the {self.noun} {thing} no more; copies made already stay with "
                           "who made them", (thing, whom)),)  # fmt: skip


def sharing_step(kind: Sharing, explanation: Explanation) -> Step:
    """Give the step of a kind."""
    noun = kind.noun
    return Step(
        name=kind.step,
        title=f"Take an account out of those that {'an' if noun == 'image' else 'a'} {noun} is shared with",
        phase="eradication",
        explanation=explanation,
        needs=(Need(f"ec2:Describe{noun.title()}Attribute", kind.arn),
               Need(f"ec2:Modify{noun.title()}Attribute", kind.arn, writes=True)),
        options=(Option(noun, f"Id of the {noun}.", required=True),
                 Option("shared-with", "Account id, or all where it is public.", required=True), ACCOUNT, REGION),
        read=kind.read,
        want=kind.want,
        change=kind.change,
        effects=kind.effects,
    )  # fmt: skip
