"""Tell GuardDuty whether the finding was useful. It is a note: it contains nothing and suppresses nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit.errors import ResponseError
from gdkit.findings.api import MOST_IDS
from gdkit.findings.fields import child, text
from gdkit.response.step import Action, Explanation, Need, Option, SideEffect, State, Step, Target, Undone
from gdkit.response.trusted import held, home, narrow
from gdkit.trail.secret_texts import masked_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gdkit.aws import ReadOnlyAws

LONGEST_COMMENT = 512
"""Characters: gdkit's own limit; AWS names none."""

_KEY = re.compile(r"\bA(?:KI|SI)A[A-Z0-9]{12,}|[A-Za-z0-9+/=_-]{40,}|-----BEGIN")
"""What has the look of a credential: an access key id, or a run as long as a secret key."""


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the feedback on each of the findings; None where there is none. Comments cannot be read.

    Raises:
        ResponseError: there is no detector, or the case has no finding.
        AwsError: it could not be read.
    """
    place = home.find_home(aws, target, managing=False)
    chosen = held.chosen_findings(aws, place, target)
    feedback = {name: text(child(dict(finding), "service", "userFeedback")) for name, finding in chosen.items()}
    return {"account": place.account_id, "region": place.region, "detector": place.detector_id, "feedback": feedback}


def want(target: Target, now: State) -> State:
    """Give the state with what was told on every one.

    Raises:
        ResponseError: the comment is too long, or has the look of a secret.
    """
    _comment(target)
    return {**now, "feedback": dict.fromkeys(now["feedback"], target.options["feedback"])}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the calls, of 50 findings at most each; the comment goes with the feedback that was told."""
    calls: list[Action] = []
    for value in ("USEFUL", "NOT_USEFUL"):
        ids = sorted(name for name, feedback in wanted["feedback"].items()
                     if feedback == value and now["feedback"].get(name) != value)  # fmt: skip
        comment = _comment(target) if value == target.options["feedback"] else ""
        for start in range(0, len(ids), MOST_IDS):
            some = ids[start : start + MOST_IDS]
            given = {"DetectorId": now["detector"], "FindingIds": some, "Feedback": value}
            calls.append(Action("guardduty", "UpdateFindingsFeedback",
                                {**given, "Comments": comment} if comment else given,
                                f"Mark {len(some)} of {len(ids)} findings as {value}",
                                now["region"], now["account"]))  # fmt: skip
    return calls


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what cannot be taken back."""
    none = sum(1 for feedback in now["feedback"].values() if feedback is None)
    said = [f"{len(now['feedback'])} findings are marked {target.options['feedback']}; AWS reads the comment"]
    if none:
        said.append(f"{none} of them have no feedback yet: AWS has no way to take it back to none")
    return tuple(SideEffect(words) for words in said)


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Bring back the feedback that there was; where there was none, what was given stays."""
    left: list[str] = []
    feedback = dict(now["feedback"])
    for name, given in now["feedback"].items():
        was, made = before["feedback"].get(name), after["feedback"].get(name)
        if was in (made, given):
            continue
        if given != made:
            left.append(f"finding {name} was marked {given} by somebody else since, and stays so")
        elif was is None:
            left.append(f"finding {name} stays {given}: AWS has no way to take feedback back to none")
        else:
            feedback[name] = was
    return Undone({**now, "feedback": feedback}, tuple(left))


def _comment(target: Target) -> str:
    words = target.options["comment"]
    if len(words) > LONGEST_COMMENT or not all(character.isprintable() or character == "\n" for character in words):
        raise ResponseError(f"a comment has {LONGEST_COMMENT} printable characters at most", where="option comment",
                            action="write it shorter")  # fmt: skip
    if _KEY.search(words) or masked_text(words) != words:
        raise ResponseError("the comment holds what has the look of a credential, and AWS keeps it",
                            where="option comment", action="write it without keys and tokens")  # fmt: skip
    return words


STEP = Step(
    name="findings-feedback",
    title="Tell GuardDuty whether the finding was useful",
    phase="trusted address",
    explanation=Explanation(
        what="Marks the case's finding (with an address told: every finding of its type, role and address) as USEFUL "
             "or NOT_USEFUL, with a comment.",
        why="It records the verdict beside the finding, and tells GuardDuty's makers.",
        breaks="Nothing.",
        leaves_open="Everything: it contains nothing, suppresses nothing and archives nothing.",
        undo="Brings back the mark that there was, without its comment, which cannot be read. Where there was none the "
             "mark stays: AWS has no call that takes it away.",
        source="GuardDuty API Reference, UpdateFindingsFeedback",
    ),
    needs=(
        *(need for need in home.NEEDS if need.action != "guardduty:GetAdministratorAccount"),
        *held.NEEDS,
        Need("guardduty:UpdateFindingsFeedback", home.DETECTORS, writes=True),
    ),
    options=(
        Option("feedback", "What the finding was.", choices=("USEFUL", "NOT_USEFUL"), required=True),
        Option("comment", f"A sentence for it, {LONGEST_COMMENT} characters at most, without anything secret."),
        *narrow.OPTIONS,
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    revert=revert,
)  # fmt: skip
"""The step."""
