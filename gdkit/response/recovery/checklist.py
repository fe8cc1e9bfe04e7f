"""The recovery checklist: what must be true before the Deny is lifted, checked by gdkit as far as it can be.

An answer never says that nothing is there: it says that nothing was seen in what was searched. Where nothing settles a
question the answer is *unknown*, with what would settle it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdkit.response.credential.told import plain
from gdkit.response.recovery.checks import CHECKS, lift
from gdkit.response.recovery.item import Item, Known
from gdkit.response.recovery.left_behind import grown
from gdkit.response.recovery.look import last_recheck, look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.record import Application
    from gdkit.response.recovery.item import Looked

BY_WORD = ("root-cause", "role", "credential", "grown", "evidence", "instance")
"""Questions that a person's word can settle: that a host was rebuilt, AWS does not show."""

_SEEN_OTHERWISE = ("root-cause", "role", "credential", "grown")
"""Of these, those of which ``not yet`` was seen; a word against it is not taken."""


def known_now(
    result: Mapping[str, Any],
    applied: Sequence[Application],
    now: datetime,
    aws: ReadOnlyAws | None = None,
    *,
    event_rows: Iterable[Mapping[str, Any]] = (),
    recheck: Looked | None = None,
) -> Known:
    """Gather what the checks rest on; with a reader, AWS is asked now.

    Args:
        result: ``result.json``.
        applied: from ``gdkit.response.record.applications``.
        now: the present, aware.
        aws: the reader; None without access.
        event_rows: rows of ``tables.EVENTS``, the case's.
        recheck: the last look at whether the Deny works; None for the last one that the result keeps.
    """
    live = look(result, applied, now, aws, event_rows)
    return Known(result, applied, now, live, recheck or last_recheck(result))


def checklist(known: Known, words: Mapping[str, str] | None = None) -> tuple[Item, ...]:
    """Give the recovery checklist, in the order of the work; whether the Deny may be lifted stands last.

    Args:
        known: from ``known_now``.
        words: what persons noted, by the question's name, with the name of who said it in the text.
    """
    checked = [check(known) for check in CHECKS]
    place = next(number for number, one in enumerate(checked) if one.name == "role") + 1
    items = tuple(_with_word(one, words or {}) for one in (*checked[:place], grown(known), *checked[place:]))
    return (*items, lift(known, items))


def _with_word(item: Item, words: Mapping[str, str]) -> Item:
    """Settle a question by a person's word, where nothing that was seen speaks against it."""
    word = words.get(item.name, "").strip()
    if not word or item.standing == "done" or item.name not in BY_WORD:
        return item
    if item.standing == "not yet" and item.name in _SEEN_OTHERWISE:
        return replace(item, seen=f"{item.seen}. Noted, and not taken, for it was seen otherwise: {plain(word, 400)}")
    return replace(item, standing="done", seen=f"{item.seen}. By a person's word: {plain(word, 400)}", next="")
