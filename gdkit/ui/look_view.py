"""A look at a response as a person sees it: in a notebook, and as lines on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.ui.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.responding.looks.look import Look


def look_view(look: Look, *, stamp: str = "") -> View:
    """Show a look."""
    return View(look.title, look.summary, (), look.notes, look.frame, look.shown, stamp=stamp)


def look_document(look: Look) -> dict[str, Any]:
    """Give a look as plain values for JSON; times in it are aware datetimes."""
    return {"title": look.title, "summary": look.summary, "holds": look.holds, "rows": list(tables.rows_of(look.frame)),
            "notes": list(look.notes)}  # fmt: skip


def look_lines(look: Look) -> Iterator[str]:
    """Give a look as lines of plain text: the answer, each row with its names and values, the notes.

    A cell of several lines stays below its name; what is missing is left out.
    """
    yield look.summary
    for number, row in enumerate(tables.rows_of(look.frame), start=1):
        yield f"{number:>3}."
        for name in look.shown or look.frame.columns:
            said = row[name]
            if said is not None:
                first, *rest = str(said).splitlines() or [""]
                yield f"     {name}: {first}"
                yield from (f"       {line}" for line in rest)
    yield from (f"- {note}" for note in look.notes)
