"""The contents of a report's page: links to its parts below the title, and to its sections below each part."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEADING = re.compile(r"<h([1-3])>(.*?)</h\1>", re.DOTALL)


class _Heading(NamedTuple):
    """A heading of our own notebooks: its level, its markup, and the name that links lead to."""

    level: int
    words: str
    name: str


def with_contents(words: Sequence[str]) -> list[str]:
    """Give the notebook's words with a name on each heading, and with the contents below each that has sections.

    Args:
        words: HTML of our own notebooks' Markdown, a text for each cell, in their order.
    """
    number = count(1)
    named = [_HEADING.sub(lambda found: f'<h{found[1]} id="section-{next(number)}">{found[2]}</h{found[1]}>', text)
             for text in words]  # fmt: skip
    headings = [_Heading(int(level), shown, name) for level, name, shown in
                re.findall(r'<h([1-3]) id="([^"]+)">(.*?)</h\1>', "\n".join(named), re.DOTALL)]  # fmt: skip
    return [_put_below(text, headings) for text in named]


def _put_below(text: str, headings: Sequence[_Heading]) -> str:
    for place, heading in enumerate(headings):
        if f'id="{heading.name}"' in text and (inner := list(_inner(headings[place:]))):
            end = f"</h{heading.level}>"
            text = text.replace(f"{heading.words}{end}", f"{heading.words}{end}{_links(heading, inner)}", 1)
    return text


def _inner(headings: Sequence[_Heading]) -> Iterator[_Heading]:
    """Give the headings one level below the first, up to the next of its own level."""
    first, *rest = headings
    for heading in rest:
        if heading.level <= first.level:
            return
        if heading.level == first.level + 1:
            yield heading


def _links(heading: _Heading, inner: Sequence[_Heading]) -> str:
    links = "".join(f'<li><a href="#{one.name}">{one.words}</a></li>' for one in inner)
    about = "Parts" if heading.level == 1 else f"Sections of {heading.words.partition(':')[0].lower()}"
    return f'<nav aria-label="{about}"><ul>{links}</ul></nav>'
