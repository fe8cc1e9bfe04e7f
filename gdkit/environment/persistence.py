"""Whether what the calls made or changed still exists: asked with calls that only read, each thing once."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact import still_exists as short
from gdkit.aws.calls import ask, need, rows
from gdkit.aws.parallel import in_parallel
from gdkit.environment.probe import Judged, Probe, Thing, is_gone, judge, parameters_of
from gdkit.environment.probes_identity import IDENTITY_PROBES
from gdkit.environment.probes_resources import COMPUTE_PROBES
from gdkit.environment.probes_services import NOT_ASKED, SERVICE_PROBES, WHY_NOT_ASKED
from gdkit.errors import AwsCall, AwsError, GdkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    import pandas as pd

    from gdkit.aws.clients import ReadOnlyAws

PROBES: Mapping[str, Probe] = {**IDENTITY_PROBES, **COMPUTE_PROBES, **SERVICE_PROBES}
"""How each kind is asked for; a kind that is not here cannot be checked."""

MOST_PER_KIND = 200
"""Calls for one kind of things: a thief who made thousands of one kind must not hide the others behind them."""

_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")
"""A bucket's name, old ones included, and no ARN: botocore makes a host's name of an ARN.

Source: S3 User Guide, "General purpose bucket naming rules".
"""


@dataclass(slots=True)
class _Question:
    """One call, and the things that its answer tells of."""

    probe: Probe
    account_id: str
    region: str
    parameters: Mapping[str, Any]
    things: list[Thing] = field(default_factory=list)


def check_existence(
    aws: ReadOnlyAws,
    persistence: pd.DataFrame,
    *,
    now: datetime,
    on_progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Find out which of the things still exist.

    Nothing is raised for what cannot be asked or is refused: the row says so. Things of one kind beyond the first
    ``MOST_PER_KIND`` calls are left out, and their rows say that.

    Args:
        aws: the reader; other accounts are reached through its member role.
        persistence: ``tables.PERSISTENCE``.
        now: the time to note for what is asked.
        on_progress: told the calls done and the calls to do, after each; from several threads, one at a time.

    Returns:
        The same rows with ``still_exists``, ``checked_at``, ``check`` and ``unchecked`` filled: False only where AWS
        says that there is no such thing, missing where that is not known; ``unchecked`` says why in short. ``status``
        tells what is switched off.
    """
    listed = list(tables.rows_of(persistence))
    judged, questions = _planned([_thing(row) for row in listed])
    asking, left_out = _within_limits(questions)
    for question in left_out:
        why = f"Not asked: more than {MOST_PER_KIND} calls of this kind, and this is not among the first."
        judged |= dict.fromkeys(question.things, Judged(None, why, asked=False, unchecked=short.TOO_MANY))
    tell = _teller(len(asking), on_progress)
    for answered in in_parallel(lambda question: tell(_answered(aws, question)), asking):
        judged |= answered
    for row in listed:
        found = judged[_thing(row)]
        unchecked = (found.unchecked or short.UNSETTLED) if found.exists is None else None
        row |= {"still_exists": found.exists, "checked_at": now if found.asked else None, "check": found.words,
                "unchecked": unchecked, "status": found.status or None}  # fmt: skip
    return tables.frame_of_rows(tables.PERSISTENCE, listed)


def _thing(row: Mapping[str, Any]) -> Thing:
    kind, name, parent, account, region = (
        str(row[name] or "") for name in ("kind", "id", "parent_id", "account_id", "region")
    )
    probe = _probe(kind, parent)
    return Thing(kind, name, parent, account, "" if probe is not None and probe.everywhere else region)


def _probe(kind: str, parent_id: str) -> Probe | None:
    """Give the probe of a kind; an MFA device that the event gives to nobody is looked for among the virtual ones."""
    return PROBES.get("mfa_device_of_nobody" if kind == "mfa_device" and not parent_id else kind)


def _planned(things: Iterable[Thing]) -> tuple[dict[Thing, Judged], list[_Question]]:
    """Give what can be said without asking, and the calls to make, each once."""
    judged: dict[Thing, Judged] = {}
    questions: dict[tuple[str, ...], _Question] = {}
    for thing in dict.fromkeys(things):
        probe = _probe(thing.kind, thing.parent_id)
        why = _why_not(probe, thing)
        parameters = None if probe is None or why else parameters_of(probe, thing)
        if probe is None or parameters is None:
            judged[thing] = Judged(None, f"Not asked: {why or 'the event does not name all that the call takes'}.",
                                   asked=False,
                                   unchecked=short.NOT_CHECKABLE if probe is None else short.NOT_NAMED)  # fmt: skip
            continue
        key = (thing.kind, thing.account_id, thing.region, json.dumps(parameters, sort_keys=True))
        made = _Question(probe, thing.account_id, thing.region, parameters)
        questions.setdefault(key, made).things.append(thing)
    return judged, list(questions.values())


def _why_not(probe: Probe | None, thing: Thing) -> str:
    if probe is None:
        return NOT_ASKED.get(thing.kind, WHY_NOT_ASKED)
    if not thing.account_id:
        return "the event does not name its account"
    if not thing.region and not probe.everywhere:
        return "the event does not name its region"
    if probe.service == "s3" and not _BUCKET.fullmatch(thing.parent_id):
        return "this is no bucket's name"
    return ""


def _within_limits(questions: Iterable[_Question]) -> tuple[list[_Question], list[_Question]]:
    """Give the questions that are asked, in order, and those left out."""
    asking: list[_Question] = []
    left_out: list[_Question] = []
    counts: dict[str, int] = {}
    for question in questions:
        kind = question.things[0].kind
        counts[kind] = counts.get(kind, 0) + 1
        (asking if counts[kind] <= MOST_PER_KIND else left_out).append(question)
    return asking, left_out


def _answered(aws: ReadOnlyAws, question: _Question) -> dict[Thing, Judged]:
    probe = question.probe
    try:
        client = aws.client(probe.service, question.region or None, question.account_id)
    except GdkitError as error:
        return dict.fromkeys(
            question.things,
            Judged(None, f"Not asked: {_sentence(error)}", asked=False, unchecked=_no_client(error)),
        )
    try:
        answer = _answer(client, question)
    except AwsError as error:
        if is_gone(probe, error.code, error.problem):
            return dict.fromkeys(question.things, Judged(False, f"{probe.words} answered {error.code}."))
        asked, why = error.kind != "refused_here", short.REFUSED if error.kind == "denied" else short.FAILED
        return dict.fromkeys(
            question.things, Judged(None, f"{probe.words} failed: {_sentence(error)}", asked=asked, unchecked=why)
        )
    return {thing: judge(probe, thing, answer) for thing in question.things}


def _answer(client: Any, question: _Question) -> Mapping[str, Any]:
    probe, account = question.probe, question.account_id
    if probe.members and not probe.needs:
        key = probe.members.partition(".")[0]
        return {key: list(rows(client, probe.operation, key, question.parameters, account_id=account))}
    answer = ask(client, probe.operation, question.parameters, account_id=account)
    if probe.needs:
        need(answer, probe.needs, AwsCall(probe.service, probe.operation, account, question.region))
    return answer


def _no_client(error: GdkitError) -> str:
    """Say in short why no call could be made: no way into the account, or its or the region's name is none."""
    if isinstance(error, AwsError) and error.service:
        return short.NO_ACCOUNT if error.operation == "AssumeRole" else short.FAILED
    return short.NOT_NAMED


def _sentence(error: GdkitError) -> str:
    return f"{error.problem.rstrip('.')}."


def _teller(
    calls: int, on_progress: Callable[[int, int], None] | None
) -> Callable[[dict[Thing, Judged]], dict[Thing, Judged]]:
    lock, done = threading.Lock(), 0

    def tell(answered: dict[Thing, Judged]) -> dict[Thing, Judged]:
        nonlocal done
        with lock:
            done += 1
            if on_progress is not None:
                on_progress(done, calls)
        return answered

    return tell
