"""A desk to try steps at: a small simulated world, analyst and responder with nothing but what the step declares."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from gdkit.aws import AwsAccess, ReadOnlyAws, ResponderAws, open_read_only, open_responder
from gdkit.case.folder import CaseFolder
from gdkit.case.response_record import CaseRecord
from gdkit.response import engine
from gdkit.response.options import checked_options
from gdkit.response.record import last_applied
from gdkit.response.step import Target
from gdkit.simulator.server import in_environment
from tests.simulator.small_world import ACCOUNT, REGION, START

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gdkit.response.engine import Applied
    from gdkit.response.plan import Plan
    from gdkit.response.step import Step
    from gdkit.simulator.iam.credentials import Issued
    from tests.simulator.small_world import SmallWorld

_NAMES = count(1)


@dataclass(frozen=True)
class Desk:
    """One step about one target, with a case of its own.

    Attributes:
        folder: where the case lies.
        despite: why its plans are applied although a check of them fails, as it does by nature for some steps.
    """

    world: SmallWorld
    step: Step
    target: Target
    folder: Path
    steps: dict[str, Step] = field(default_factory=dict)
    despite: str = ""

    @property
    def record(self) -> CaseRecord:
        """The case's record."""
        self.folder.mkdir(exist_ok=True)
        return CaseRecord(CaseFolder(self.folder), "ana")

    @property
    def reads(self) -> set[str]:
        """IAM actions by which the step reads."""
        return {need.action for need in self.step.needs if not need.writes}

    def told(self, **options: str) -> Desk:
        """Give a desk at which the step is told these options; ``_`` stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in options.items()}
        return replace(self, target=replace(self.target, options=checked_options(self.step, named)))

    def reader(self, without: Iterable[str] = ()) -> ReadOnlyAws:
        """Log in as an analyst who may do what the step reads by, less some of it."""
        with in_environment(self.world.simulator.environment(self._issued(self.reads - set(without)))):
            return open_read_only(AwsAccess(region=REGION))

    def responder(self, actions: frozenset[str], without: Iterable[str] = ()) -> ResponderAws:
        """Log in as a responder who may do these actions, less some of them."""
        issued = self._issued(set(actions) - set(without))
        with in_environment(self.world.simulator.environment(issued, issued)):
            return open_responder(AwsAccess(region=REGION), actions)

    def preview(self) -> Plan:
        """Preview the step."""
        return engine.preview(self.step, self.target, self.reader(), self.record)

    def preview_undo(self) -> Plan:
        """Preview the undoing of what was applied last."""
        done = last_applied(self.record, self.step.name)
        assert done is not None, "nothing was applied"
        return engine.preview_undo(self.step, done, self.reader(), self.record)

    def apply(self, plan: Plan, *, without: Iterable[str] = ()) -> Applied:
        """Apply a plan by its hash, as a responder without some of the step's permissions."""
        steps = self.steps or {self.step.name: self.step}
        return engine.apply(
            plan.hash,
            steps,
            self.reader(),
            lambda actions: self.responder(actions, without),
            self.record,
            despite=self.despite,
        )

    def journal(self, act: str) -> list[dict[str, Any]]:
        """Give the details of the journal's entries of one sort."""
        return [entry["detail"] for entry in self.record.entries() if entry["act"] == act]

    def written_since(self, number: int) -> list[str]:
        """Give the names of calls since a number of records that only read by no means."""
        return [record["eventName"] for record in self.world.records[number:] if not record["readOnly"]]

    def _issued(self, actions: set[str]) -> Issued:
        name = f"desk-{next(_NAMES)}"
        statement = {"Effect": "Allow", "Action": sorted(actions) or ["none:Nothing"], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.world.site.role(name, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, policy)
        return self.world.accounts.role_session(ACCOUNT, name, "ana", 3600)


def desk_for(world: SmallWorld, step: Step, folder: Path, *, options: dict[str, str] | None = None,
             **facts: Any) -> Desk:  # fmt: skip
    """Give a desk for a step.

    Args:
        world: the simulated world.
        step: the step.
        folder: of the case; it is made.
        options: what is told to the step.
        facts: further members of the target.
    """
    target = Target("case-1", "aws", ACCOUNT, REGION, START, options=checked_options(step, options or {}), **facts)
    return Desk(world, step, target, folder)
