"""The only place where text becomes markup.

Everything that came from a log, a finding or a file is hostile: an attacker chooses his user agent, his session names
and his bucket names. Every function here escapes what it is given; there is no function that does not.
"""

from __future__ import annotations

import base64
import html
import re
from datetime import datetime
from typing import TYPE_CHECKING

from gdkit.model import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CHARACTERS = 2_000
"""A longer text is cut in what is shown; the evidence holds it whole."""

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2028\u2029\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters, direction overrides and invisible ones: they would make a text look like another."""


def visible(value: object, most: int = MOST_CHARACTERS) -> str:
    r"""Give a value as plain text in which nothing is hidden.

    A missing value is a dash. Control characters, direction overrides and invisible characters are written as their
    code (``<U+202E>``); what is longer than ``most`` characters is cut, and says so.

    >>> visible("user\u202egnp.exe"), visible(None)
    ('user<U+202E>gnp.exe', '—')
    """
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return "—"
    if isinstance(value, datetime):
        return (utc_text(value) or "—").replace("T", " ")
    text = str(value)
    total = len(text)
    shown = _INVISIBLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text[:most])
    return shown if total <= most else f"{shown}… ({total:,} characters)"


def escape(value: object, most: int = MOST_CHARACTERS) -> str:
    """Give a value as HTML text: nothing in it is markup."""
    return html.escape(visible(value, most), quote=True)


def paragraph(text: object, kind: str = "") -> str:
    """Give one paragraph; ``kind`` is a class of our own style sheet, never text from outside."""
    return f'<p class="gd-{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def bullet_list(items: Iterable[object], kind: str = "notes") -> str:
    """Give a list; nothing at all where there are no items."""
    rows = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f'<ul class="gd-{kind}">{rows}</ul>' if rows else ""


def blocks(parts: Iterable[tuple[str, Iterable[object]]]) -> str:
    """Give headed lists beside one another, as on a first page; a part without items is left out."""
    shown = "".join(
        f'<div class="gd-block"><h3>{escape(heading)}</h3><ul>{rows}</ul></div>'
        for heading, items in parts
        if (rows := "".join(f"<li>{escape(item)}</li>" for item in items))
    )
    return f'<div class="gd-blocks">{shown}</div>' if shown else ""


def fact_list(facts: Iterable[tuple[str, object]]) -> str:
    """Give names and values side by side; several lines in a value stay several lines."""
    rows = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{_lines(value)}</td></tr>" for name, value in facts)
    return f'<table class="gd-facts"><tbody>{rows}</tbody></table>' if rows else ""


def static_table(names: Sequence[str], rows: Iterable[Sequence[object]], caption: str) -> str:
    """Give a plain table that needs no script."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{_lines(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<table class="gd-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def preformatted(value: object, label: str, most: int = 100_000) -> str:
    """Give text whose lines and spaces stay as they are, such as JSON or a diff, in a box that can be scrolled."""
    return f'<pre class="gd-pre" tabindex="0" aria-label="{escape(label)}">{_as_lines(value, most)}</pre>'


def sandboxed_frame(page: str, title: str, height_px: int) -> str:
    """Give a frame that shows a whole HTML page of ours apart from everything else.

    The page may run scripts but has no origin of its own: it reaches neither the notebook nor its kernel.
    """
    return (
        f'<iframe class="gd-frame" title="{escape(title)}" sandbox="allow-scripts" loading="eager" '
        f'style="width:100%;height:{int(height_px)}px;border:0" srcdoc="{html.escape(page, quote=True)}"></iframe>'
    )


def drawing(svg: str, words: str) -> str:
    """Give an image of a drawing; inside an image nothing in it is obeyed, whatever its text says.

    Args:
        svg: the drawing.
        words: what it shows, for those who do not see it.
    """
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img class="gd-drawing" alt="{escape(words)}" style="max-width:100%;background:#fff" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


def section(body: str, label: str) -> str:
    """Give a labelled region around markup that functions of this module made."""
    return f'<section class="gd-view" aria-label="{escape(label)}">{body}</section>'


def _as_lines(value: object, most: int) -> str:
    return "\n".join(escape(line, most) for line in str(value)[:most].split("\n"))


def _lines(value: object) -> str:
    return "<br>".join(escape(line) for line in visible(value, 100_000).split("\n")) if _many(value) else escape(value)


def _many(value: object) -> bool:
    return isinstance(value, str) and "\n" in value
