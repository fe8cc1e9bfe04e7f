"""What a table's declaration is: columns, each with its type, unit, meaning and the field it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "time", "integer", "number", "boolean"]

DTYPES: Mapping[Kind, str] = {
    "text": "str", "time": "datetime64[us, UTC]", "integer": "Int64", "number": "float64", "boolean": "boolean",
}  # fmt: skip
"""The pandas dtype of each kind of column. Missing is NaN, NaT or NA; never an empty string or a zero."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: snake_cased name in the field's own words.
        kind: what it holds; ``DTYPES`` gives the dtype.
        meaning: one sentence for the reader of the documentation.
        source: the field it comes from, in the source's own spelling.
        unit: unit of a quantity; empty for text and for times, which are UTC.
    """

    name: str
    kind: Kind
    meaning: str
    source: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name, meaning and columns, in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)
