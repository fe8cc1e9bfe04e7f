"""Whether a rule that is to archive was counting first, and whether what it counted agrees with the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.findings.fields import instant
from gdkit.model import utc_text
from gdkit.response.step import Check
from gdkit.response.trusted.count import matches_counted
from gdkit.response.trusted.home import Home
from gdkit.response.trusted.rules import raw_rule

if TYPE_CHECKING:
    from datetime import datetime

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import State, Target
    from gdkit.response.trusted.backtest import BackTest

WHAT = "the rule was counting (NOOP) before it archives, and counted what was expected"
_AGAIN = "let it run as NOOP for a day or more"


def tried_first(aws: ReadOnlyAws, target: Target, now: State, wanted: State, test: BackTest) -> Check:
    """Say what a rule counted while it was NOOP.

    The answer is unknown where it counted nothing, or more than there are findings: GuardDuty may count a finding's
    updates, or match more than gdkit thinks.

    Args:
        aws: the reader.
        target: of the step.
        now: the state now.
        wanted: the state with the rule as ARCHIVE.
        test: the rule tried over the findings that are held.

    Raises:
        AwsError: the count could not be read.
    """
    if now["rule"] is None:
        return Check(WHAT, False, f"there is no such rule yet: {_AGAIN}, and read what it counts", stops=True)
    if now["rule"]["criteria"] != wanted["rule"]["criteria"]:
        return Check(WHAT, False, f"the rule has counted by other criteria: {_AGAIN} with these", stops=True)
    place = Home(now["account"], now["region"], now["detector"])
    since = _since(raw_rule(aws, place, now["name"]))
    if since is None:
        return Check(
            WHAT,
            None,
            f"AWS does not say since when the rule stands, so a count says little; {test.words()}",
            stops=True,
        )
    counted = matches_counted(aws, place, now["name"], since, target.at)
    expected = sum(1 for one in test.hidden if (made := instant(one.created_at)) is not None and made >= since)
    said = f"since {utc_text(since)} CloudWatch counted {counted}, and {expected} findings of that time match here"
    holds, why = _compared(counted, expected)
    return Check(WHAT, holds, said + why, stops=True)


def _compared(counted: int, expected: int) -> tuple[bool | None, str]:
    """Give whether the two figures agree, and what follows where they do not."""
    if counted == 0 and expected == 0:
        return None, f": nothing is proven; {_AGAIN}"
    if counted == expected:
        return True, ""
    if counted == 0:
        return False, ": the rule does not match as it should, so it would not archive them"
    return (
        None,
        ": see which others it matched before it hides them" if counted > expected else ": not all were counted",
    )


def _since(answer: dict[str, object]) -> datetime | None:
    """Give when a rule came to stand as it does; filters from before AWS kept these times have none."""
    times = (instant(str(answer[name])) for name in ("UpdatedAt", "CreatedAt") if answer.get(name))
    return next((at for at in times if at is not None), None)
