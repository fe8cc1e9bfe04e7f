"""Steps run on a case: who reads, who may change things, and where it is written down."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.case.evidence import manifest
from gdkit.case.files import sha256_of
from gdkit.case.folder import case_about, case_access, case_analyst
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.response_record import CaseRecord, one_at_a_time
from gdkit.case.verdicts import current_verdict
from gdkit.errors import CaseBusyError, CaseError, ResponseError
from gdkit.gathering import access as ways
from gdkit.responding.judged import with_judged
from gdkit.responding.standing import renew_response
from gdkit.responding.target import case_target
from gdkit.response import engine, read_back
from gdkit.response.catalogue import STEPS, step_named
from gdkit.response.options import checked_options
from gdkit.response.record import last_applied, last_standing
from gdkit.response.step import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.aws import AwsAccess, ReadOnlyAws
    from gdkit.case.folder import CaseFolder
    from gdkit.response.engine import Applied
    from gdkit.response.plan import Plan
    from gdkit.response.record import Application
    from gdkit.response.step import Step


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at work on the response of a case.

    Attributes:
        case: the case.
        access: how AWS is reached: the reader, and the responder beside him.
        reader: the reader, logged in.
        actor: who works.
    """

    case: CaseFolder
    access: AwsAccess
    reader: ReadOnlyAws
    actor: str

    @property
    def record(self) -> CaseRecord:
        """Where it is written down."""
        return CaseRecord(self.case, self.actor)


def open_desk(case: CaseFolder, *, access: AwsAccess | None = None, actor: str = "") -> Desk:
    """Log in as the reader of a case, to work on its response.

    Args:
        case: the case.
        access: how AWS is reached; None as the case was begun with.
        actor: who works; empty for who began the case.

    Raises:
        ResponseError: neither the case nor the caller says how AWS is reached.
        CaseError: the case is about a simulated account and this is the real AWS, or the other way round.
        AwsError: there is no way in.
    """
    from gdkit.aws import open_read_only  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    way = access or case_access(case)
    if way is None:
        raise ResponseError("the case rests on log files alone, so nothing says how AWS is reached",
                            where=str(case.path),
                            action="say it: --profile NAME, --role-arn ARN or --region REGION")  # fmt: skip
    ways.enter_world(case)
    return Desk(case, way, open_read_only(way), actor or case_analyst(case))


def preview_step(desk: Desk, name: str, told: Mapping[str, str]) -> Plan:
    """Plan a step, and keep the plan in the case. Nothing in AWS is changed.

    Raises:
        ResponseError: there is no such step, an option is wrong, or it cannot be taken here.
        AwsError: something that the step must know could not be read.
    """
    step = step_named(name)
    _refuse_sample(desk.case)
    _refuse_trusting(desk.case, step)
    _settle(desk)
    options = with_judged(desk.case, checked_options(step, told))
    target = case_target(desk.case, desk.reader, options)
    return engine.preview(step, target, desk.reader, desk.record)


def preview_undo(desk: Desk, name: str, told: Mapping[str, str] | None = None) -> Plan:
    """Plan the undoing of what a step did last and was not undone yet. Nothing in AWS is changed.

    Args:
        desk: who works on which case.
        name: name of the step.
        told: options of the application that is meant, as far as they matter; None for the last one.

    Raises:
        ResponseError: there is no such step, or nothing of it is to be undone.
        AwsError: something that the step must know could not be read.
    """
    step = step_named(name)
    _settle(desk)
    done = last_applied(desk.record, name, told)
    if done is None:
        raise ResponseError("nothing that it did in this case is left to undo", where=f"step {name}")
    return engine.preview_undo(step, done, desk.reader, desk.record)


def apply_plan(desk: Desk, plan_hash: str, *, despite: str = "") -> Applied:
    """Apply a plan that was previewed in the case and reviewed by a person.

    Args:
        desk: who works on which case.
        plan_hash: hash of the plan.
        despite: why it is applied although a check of it failed; empty where none did.

    Raises:
        ResponseError: no such plan was previewed in this case.
        GroundChangedError: what it rests on has changed since; nothing was done.
        CaseBusyError: another process is applying something now.
        CaseError: the journal was changed, so that no undo could rest on it.
        AwsError: a call failed; the journal tells which were made before it.
    """
    from gdkit.aws import open_responder  # noqa: PLC0415 - boto3 is loaded only where AWS is asked

    _refuse_sample(desk.case)
    _refuse_broken_journal(desk.case)
    plan = engine.reviewed_plan(plan_hash, desk.record)
    if plan.undoes is None:
        _refuse_trusting(desk.case, step_named(plan.step))
    with one_at_a_time(desk.case):
        try:
            return engine.apply(plan_hash, STEPS, desk.reader, lambda actions: open_responder(desk.access, actions),
                                desk.record, despite=despite)  # fmt: skip
        finally:
            renew_response(desk.case)


def verify_step(desk: Desk, name: str) -> tuple[Application, tuple[Check, ...]]:
    """Read back whether what a step did last is still in force.

    Raises:
        ResponseError: there is no such step, or nothing that it did in this case is in force.
        AwsError: it could not be read.
    """
    step = step_named(name)
    _settle(desk)
    done = last_standing(desk.record, name)
    if done is None:
        raise ResponseError("nothing that it did in this case is in force", where=f"step {name}",
                            action=f"preview it: gdkit respond --case {desk.case.path} {name}")  # fmt: skip
    return done, (*read_back.verify(step, done.plan, desk.reader), *_kept(desk.case, done))


def _kept(case: CaseFolder, done: Application) -> Iterator[Check]:
    """Say of each document that a step collected whether it lies in the case as it was kept."""
    hashes = {row["file"]: row["sha256"] for row in manifest(case)}
    for name in done.evidence:
        path = case.evidence / name
        whole = name in hashes and path.is_file() and sha256_of(path) == hashes[name]
        found = f"SHA-256 {hashes[name][:12]}…" if whole else "it is missing, or was changed since"
        yield Check(f"the evidence {name} is as it was kept", whole, found)


def _settle(desk: Desk) -> None:
    """Find what came of plans whose process ended in the middle; not while another process applies one."""
    with suppress(CaseBusyError), one_at_a_time(desk.case):
        read_back.settle(STEPS, desk.reader, desk.record)


def _refuse_broken_journal(case: CaseFolder) -> None:
    """See that a step is only applied where its undo can be trusted: it rests on what the journal holds."""
    broken = broken_entry(read_entries(case.journal))
    if broken is not None:
        raise CaseError(
            f"the journal's chain breaks at entry {broken}: somebody changed it, and an undo would rest on it",
            where=str(case.journal),
            action="keep this folder as evidence, and go on in a new case: gdkit investigate … --case NEW",
        )


def _refuse_trusting(case: CaseFolder, step: Step) -> None:
    """See that nothing hides findings of an address that was judged malicious."""
    if step.phase == "trusted address" and step.hides and current_verdict(case).value == "malicious":
        raise ResponseError("the address was judged malicious in this case, and this step would hide its findings",
                            where=f"step {step.name}",
                            action="if that was wrong, record another verdict first, with its reason")  # fmt: skip


def _refuse_sample(case: CaseFolder) -> None:
    """See that a sample finding, which is about nobody, leads to no response."""
    if case_about(case).get("sample"):
        raise ResponseError("the finding is a sample that GuardDuty made up: there is nothing to contain",
                            where=str(case.path))  # fmt: skip
