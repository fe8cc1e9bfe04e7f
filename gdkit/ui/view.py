"""What a step gives back to a notebook: one value with a summary line, and below it facts, a picture, a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gdkit import tables
from gdkit.ui import text
from gdkit.ui.page_library import page_library
from gdkit.ui.tables import interactive_table
from gdkit.ui.words import many

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

FOLDED = "More about it"
"""What opens names and values that are folded away: they are for the one who reads a thing for the first time."""

TEXT_ROWS = 20
"""Rows of a table in the plain-text form of a view."""


@dataclass(frozen=True, slots=True)
class View:
    """The result of one step, shown by being the last line of a cell.

    Attributes:
        title: what the view is, a few words.
        summary: the answer in a sentence.
        facts: names and values.
        notes: things to know, each a sentence.
        checks: what was checked: the answer ("yes", "NO", "cannot be told"), the question, what was found.
        frame: the table behind it, for the analyst's own work; None where there is none.
        shown: names of the frame's columns that the table shows; all where empty.
        on_paper: those of the shown that stand on paper, where a page is too narrow for all; all where empty.
        picture: HTML of a picture that ``gdkit.ui`` made.
        folded: more names and values, which a page shows when they are asked for.
        stamp: what every reader must see first, for example that the finding is a sample; empty for a real incident.
        loads_tables: whether this view brings style and table library into the page; the first of each notebook does.
        picks: whether a row of the table can be picked; the table stands in a panel then, with a list of its rows.
        blocks: headings, each with sentences of its own, that stand beside one another below the summary.
    """

    title: str
    summary: str
    facts: Sequence[tuple[str, object]] = ()
    notes: Sequence[str] = ()
    checks: Sequence[tuple[str, str, str]] = field(default=(), kw_only=True)
    frame: pd.DataFrame | None = field(default=None, repr=False)
    shown: Sequence[str] = ()
    on_paper: Sequence[str] = field(default=(), kw_only=True)
    picture: str | None = field(default=None, repr=False)
    folded: Sequence[tuple[str, object]] = field(default=(), kw_only=True)
    stamp: str = ""
    loads_tables: bool = False
    picks: bool = field(default=False, kw_only=True)
    blocks: Sequence[tuple[str, Sequence[str]]] = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}

    def html(self) -> str:
        """Give the view as HTML; every text in it is escaped by ``gdkit.ui.text``."""
        parts = [text.paragraph(self.stamp, "sample")] if self.stamp else []
        parts += [text.paragraph(self.summary, "summary"), text.blocks(self.blocks)]
        parts += [text.fact_list(self.facts), text.bullet_list(self.notes), text.checked_table(self.checks)]
        if self.picture:
            parts.append(self.picture)
        if self.frame is not None and len(self.frame):
            parts.append(interactive_table(self._visible_columns(), self.title, self.on_paper, picks=self.picks))
        parts.append(text.folded(FOLDED, text.fact_list(self.folded)))
        return (page_library() if self.loads_tables else "") + text.section("".join(parts), self.title)

    def text(self) -> str:
        """Give the view as plain text."""
        lines = [self.stamp] if self.stamp else []
        lines.append(text.visible(self.summary))
        for heading, sentences in self.blocks:
            lines += [heading, *(f"- {text.visible(sentence)}" for sentence in sentences)]
        lines += [f"{name}: {text.visible(value)}" for name, value in (*self.facts, *self.folded)]
        lines += [f"- {text.visible(note)}" for note in self.notes]
        lines += [f"- {text.visible(f'{asked}? {answer}: {found}.')}" for answer, asked, found in self.checks]
        if self.frame is not None and len(self.frame):
            table = self._visible_columns().head(TEXT_ROWS).map(lambda cell: text.visible(tables.plain(cell), 40))
            lines += [table.to_string(index=False), f"{len(table):,} of {many(len(self.frame), 'row')}"]
        return "\n".join(lines)

    def _visible_columns(self) -> pd.DataFrame:
        assert self.frame is not None  # noqa: S101 - asked by both callers before
        return self.frame[list(self.shown)] if self.shown else self.frame
