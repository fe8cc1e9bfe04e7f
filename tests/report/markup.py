"""Reading HTML as a browser's parser does, for tests of what is markup and what is text."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page(HTMLParser):
    """Every tag, script, style and text of an HTML page; the pages of its frames are parsed too.

    Attributes:
        tags: name and attributes of every tag, those in frames too; not the bare places where a line may break.
        scripts: what stands in each script element.
        styles: what stands in each style element.
        words: what stands between tags, outside of scripts and styles.
        frames: the page of each frame.
    """

    markup: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    frames: list[Page] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside, self._goes_on = "", False
        self.feed(self.markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag in, and the page that it frames."""
        named = {name: value or "" for name, value in attrs}
        if tag == "wbr" and not named:
            self._goes_on = True
            return
        self.tags.append((tag, named))
        self._inside = tag
        if tag in ("script", "style"):
            (self.scripts if tag == "script" else self.styles).append("")
        if "srcdoc" in named:
            frame = Page(named["srcdoc"])
            self.frames.append(frame)
            self.tags += frame.tags
            self.scripts += frame.scripts
            self.styles += frame.styles

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Take text in, by where it stands."""
        if self._inside in ("script", "style"):
            (self.scripts if self._inside == "script" else self.styles)[-1] += data
        elif self._goes_on and self.words:
            self.words[-1] += data
        else:
            self.words.append(data)
        self._goes_on = False

    @property
    def text(self) -> str:
        """What a person reads."""
        return "\n".join(self.words)

    def shape(self) -> set[tuple[str, ...]]:
        """Give each kind of tag with the names of its attributes."""
        return {(tag, *sorted(named)) for tag, named in self.tags}

    def tables(self) -> list[tuple[list[str], list[list[object]]]]:
        """Give the names of the columns and the cells that the page's script draws of each table, which are text."""
        told = [json.loads(script) for script in self.scripts if script.startswith('{"name"')]
        return [([column["title"] for column in one["columns"]], one["rows"]) for one in told]

    def unpacked(self) -> list[str]:
        """Give the libraries that scripts hold packed: the table library's style sheet first, then its script."""
        long = re.compile(r'unpack\("([A-Za-z0-9+/=]{1000,})"\)')
        packed = (text for script in self.scripts for text in long.findall(script))
        return [gzip.decompress(base64.b64decode(text)).decode() for text in packed]
