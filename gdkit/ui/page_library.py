"""What the views need in a page, once: their style, the table library, and our own script; nothing is fetched."""

from __future__ import annotations

import base64
import gzip
import json
from functools import cache
from importlib import resources
from pathlib import Path

from gdkit.ui.csv_guard import BEGINS_FORMULA, INNER_FORMULA
from gdkit.ui.style import STYLE


def packed(text: bytes) -> str:
    """Give a library as a page's script holds it: a third of its size, and no character that could end the script."""
    return base64.b64encode(gzip.compress(text, mtime=0)).decode()


@cache
def page_library() -> str:
    """Give the markup that a page needs once, before or after the views."""
    from itables.utils import find_package_file  # noqa: PLC0415 - loaded on first use

    bundle = Path(find_package_file("html/dt_bundle.js"))
    script = resources.files("gdkit.ui").joinpath("page.js").read_text(encoding="utf-8")
    for place, rule in (("PUT_BEGINS", BEGINS_FORMULA), ("PUT_INNER", INNER_FORMULA)):
        script = script.replace(place, json.dumps(rule), 1)
    for place, path in (("PUT_STYLE", bundle.with_suffix(".css")), ("PUT_LIBRARY", bundle)):
        script = script.replace(place, packed(path.read_bytes()), 1)
    return f"<style>{STYLE}</style><script>{script}</script>"
