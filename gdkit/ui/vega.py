"""Vega-Lite pictures: in a frame where they are to be worked with, as a drawing where they are to be looked at.

Every picture is drawn in the colours of a light page, on no background; the style turns it over in a dark one.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache
from importlib import metadata
from threading import Thread
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from gdkit.case.files import write_bytes
from gdkit.errors import CaseWriteError
from gdkit.ui.page_library import packed
from gdkit.ui.text import drawing, escape, for_paper, sandboxed_frame

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""Names the version of the specification; nothing is fetched from there."""

INK, QUIET = "#1c1917", "#57534e"
"""Words, and words of less weight."""

FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
"""Fonts of one width: words are measured where a drawing is made, and must fit where it is seen."""

COLOURS = {"thief": "#c2410c", "unknown": "#7c3aed", "workload": "#64748b", "others": "#0e7490"}
"""Thief strong, workload faint; each is also named beside its marks."""

SHAPES = {"thief": "circle", "unknown": "diamond", "workload": "square", "others": "cross"}
"""The marks of each party, for those who see no colours."""

STEPS = {"1s": "a second", "10s": "10 seconds", "1min": "a minute", "5min": "5 minutes", "15min": "15 minutes",
         "1h": "an hour", "6h": "6 hours", "1D": "a day", "7D": "a week"}  # fmt: skip
"""Spans of time that calls are put together by, from fine to coarse, each with its words."""

MOST_MARKS = 2_000
"""A picture shows at most about so many marks; calls are put together by time until they fit."""

_ROOM = {"left": 28, "top": 5, "right": 12, "bottom": 5}
"""Room around a drawing, in pixels: where none of the fonts is, its words are wider than they were measured."""

PAPER_PX = 460
"""Width of a picture on paper, without the names beside it, for an A4 page."""

_CLIP = re.compile(r'<clipPath id="(clip\d+)"')
_CLIPPED = re.compile(r'(<clipPath id="| clip-path="url\(#)(clip\d+)("|\)")')

_BEGIN = """
const begin = async () => {
  const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
  const whole = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
  const script = document.createElement("script");
  script.textContent = await whole.text();
  document.head.append(script);
  addEventListener("resize", draw);
  draw();
};
begin();"""


def whole(picture: dict[str, Any]) -> dict[str, Any]:
    """Give a specification with what every picture has: the schema, no background, and words that can be read."""
    words = {"labelColor": INK, "labelFontSize": 11}
    config = {
        "font": FONT,
        "aria": False,  # a picture is one thing with words of its own, not a thousand marks
        "view": {"stroke": None},
        "axis": {**words, "titleColor": QUIET, "titleFontWeight": "normal"},
        "title": {"color": INK, "fontSize": 12, "anchor": "start"},
        "legend": words,
    }
    return {"$schema": SCHEMA, "background": "transparent", "config": config} | picture


def drawn(picture: dict[str, Any], words: str) -> str:
    """Draw a picture now, as an image that needs no script.

    Args:
        picture: the Vega-Lite specification.
        words: what the picture says, for those who do not see it.
    """
    import vl_convert  # noqa: PLC0415 - loaded on first use

    return drawing(_numbered(vl_convert.vegalite_to_svg({**whole(picture), "padding": _ROOM})), words)


def _numbered(svg: str) -> str:
    """Number the drawing's clips from 0: Vega counts on from one drawing to the next, and bytes must not tell that."""
    numbers = {name: f"clip{place}" for place, name in enumerate(dict.fromkeys(_CLIP.findall(svg)))}
    return _CLIPPED.sub(lambda found: f"{found[1]}{numbers.get(found[2], found[2])}{found[3]}", svg)


def start_drawing() -> None:
    """Start what draws, in a thread of its own: its first picture takes a third of a second longer than the others."""
    import vl_convert  # noqa: PLC0415 - loaded on first use

    Thread(target=vl_convert.vegalite_to_svg, args=({"$schema": SCHEMA, "mark": "point"},), daemon=True).start()


def framed(picture: dict[str, Any], draw: str, words: str, height_px: int) -> str:
    """Give a picture in a frame that draws it in the browser, with Vega inside, and as a drawing for paper.

    Args:
        picture: the Vega-Lite specification, of views below one another; the script knows it as ``spec``.
        draw: a script of ours that defines ``draw``; nothing in it comes from outside.
        words: what the picture says, for those who do not see it.
        height_px: of the frame.
    """
    spec = json.dumps(whole(picture)).replace("<", "\\u003c")
    page = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>chart</title>"
        "<style>:root{color-scheme:light}body{margin:0;font-family:sans-serif}"
        "#chart{width:100%}#chart .vega-embed{width:100%}</style>"
        f"</head><body><div role='img' aria-label='{escape(words)}'><div id='chart' aria-hidden='true'></div></div>"
        f'<script>const packed = "{_library()}";</script>'
        f"<script>const spec = {spec};\n{draw}{_BEGIN}</script></body></html>"
    )
    still = {**picture, "vconcat": [{**view, "width": PAPER_PX} for view in picture["vconcat"]]}
    return sandboxed_frame(page, words, height_px) + for_paper(drawn(still, words))


def time_format(times: pd.Series) -> str:
    """Give how an axis writes its times, by how far they reach."""
    days = (times.max() - times.min()).days
    return "%H:%M" if days < 1 else ("%m-%d %H:%M" if days < 8 else "%Y-%m-%d")


def time_axis(field: str, times: pd.Series) -> dict[str, Any]:
    """Give the encoding of times along the lower edge, in UTC."""
    return {"field": field, "type": "temporal", "title": "time (UTC)", "scale": {"type": "utc"},
            "axis": {"format": time_format(times), "labelOverlap": True, "grid": True}}  # fmt: skip


@cache
def _library() -> str:
    """Give Vega, Vega-Lite and Vega-Embed as one script, packed.

    Putting it together takes two seconds, so it is kept in the user's cache folder, under the version it was made by.
    """
    made_by = f"vega-{metadata.version('vl-convert-python')}.js"
    kept = user_cache_path("gdkit") / made_by
    if kept.exists():
        return packed(kept.read_bytes())
    import vl_convert  # noqa: PLC0415 - loaded on first use

    # the stub asks for a snippet that the function itself does not need
    bundle = str(vl_convert.javascript_bundle()).encode()  # type: ignore[call-arg]
    with suppress(CaseWriteError):  # a cache that cannot be written costs two seconds, nothing else
        write_bytes(kept, bundle)
    return packed(bundle)
