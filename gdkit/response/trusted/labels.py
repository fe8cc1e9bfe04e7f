"""The tags by which a rule of gdkit tells whose it is, why it is there, and until when."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from gdkit.errors import ResponseError
from gdkit.response.step import Option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.response.step import Target

OWNER, REASON, EXPIRES, CASE = "gdkit:owner", "gdkit:reason", "gdkit:expires", "gdkit:case"
"""Keys of the tags."""

LONGEST_DAYS = 180
"""Days that a rule may last: gdkit's own limit."""
LONGEST_TAG = 256
"""Characters of a tag's value. Source: botocore's model of GuardDuty, ``TagValue``."""

OPTIONS = (
    Option("owner", "Who answers for the rule: a team or a person.", required=True),
    Option("reason", "Why the address is trusted, one sentence.", required=True),
    Option("expires", f"Last day of the rule, YYYY-MM-DD, at most {LONGEST_DAYS} days ahead.", required=True),
)

_NOT_IN_A_TAG = re.compile(r"[^\w\s+=.:/@-]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def labels_of(target: Target) -> dict[str, str]:
    """Give the tags of a rule from what was told.

    Raises:
        ResponseError: a value cannot be a tag's, or the day is past, too far ahead or no day.

    Source: Tagging AWS Resources User Guide, "Tag naming limits and requirements": letters, digits, spaces and
    ``+ - = . _ : / @``.
    """
    return {
        OWNER: _value(target.options["owner"], "owner"),
        REASON: _value(target.options["reason"], "reason"),
        EXPIRES: _last_day(target).isoformat(),
        CASE: target.case_id,
    }


def expiry(tags: Mapping[str, str]) -> date | None:
    """Give the last day of a rule from its tags; None where they name none.

    >>> expiry({"gdkit:expires": "2027-01-31"}), expiry({"gdkit:expires": "soon"})
    (datetime.date(2027, 1, 31), None)
    """
    return _day(tags.get(EXPIRES, ""))


def _value(text: str, option: str) -> str:
    strange = sorted(set(_NOT_IN_A_TAG.findall(text)))
    if strange:
        raise ResponseError(f"a tag cannot hold {' '.join(strange)[:40]!r}", where=f"option {option}",
                            action="use letters, digits, spaces and + - = . _ : / @ only")  # fmt: skip
    if len(text) > LONGEST_TAG or not text.isprintable():
        raise ResponseError(f"a tag holds one line of {LONGEST_TAG} characters at most", where=f"option {option}",
                            action="write it shorter, on one line")  # fmt: skip
    return text


def _last_day(target: Target) -> date:
    text, today = target.options["expires"], target.at.date()
    found = _day(text)
    latest = today + timedelta(days=LONGEST_DAYS)
    if found is None or not today < found <= latest:
        raise ResponseError(f"{text[:40]!r} is no day after {today} and up to {latest}", where="option expires",
                            action="write it as YYYY-MM-DD; a rule that is still needed then is renewed")  # fmt: skip
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
