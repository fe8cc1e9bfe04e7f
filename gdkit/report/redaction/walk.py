"""Going through every text of a case, to look at it or to change it: documents of JSON, and tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Change = Callable[[str, str], str]
"""Gives a text anew: the text, and the name of the field that it stands in."""

JSON_TEXTS = frozenset({"request_parameters", "response_elements"})
"""Fields that hold JSON as text."""

_IS_DATA = re.compile(r"[^A-Za-z_]")
"""A key of a document that is made of letters alone is a field's name; another one is data, such as a file's."""


def changed(value: Any, change: Change, field: str = "") -> Any:
    """Give a document of JSON with every text in it given anew, keys that are data too."""
    if isinstance(value, str):
        return _text(value, change, field)
    if isinstance(value, dict):
        return {change(key, "") if _IS_DATA.search(key) else key: changed(held, change, key)
                for key, held in value.items()}  # fmt: skip
    return [changed(held, change, field) for held in value] if isinstance(value, list) else value


def changed_frame(frame: pd.DataFrame, change: Change) -> pd.DataFrame:
    """Give a table with every text in it given anew; each different text of a column is looked at once."""
    texts: dict[str, Any] = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype == "str":
            anew = {text: _text(text, change, str(name)) for text in column.dropna().unique()}
            texts[str(name)] = column.map(anew, na_action="ignore").astype(column.dtype)
    return frame.assign(**texts)


def _text(text: str, change: Change, field: str) -> str:
    if field not in JSON_TEXTS:
        return change(text, field)
    try:
        document = json.loads(text)
    except ValueError:
        return change(text, field)
    return json.dumps(changed(document, change), ensure_ascii=False, separators=(",", ":"))
