"""Loading the notebook libraries without what no notebook needs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_iri_grammar() -> Iterator[None]:
    """Let nbformat be loaded without the grammar of IRIs, which takes longer than everything else together.

    jsonschema builds it at its import where it is installed, as it is beside JupyterLab, to check values of the format
    ``iri``. The schemas of notebooks use no such format. What was loaded before stays as it is.

    Source: jsonschema 4.26, ``_format``: the grammar is an optional import; nbformat, ``nbformat.v4.5.schema.json``.
    """
    if _GRAMMAR in sys.modules or "jsonschema" in sys.modules:
        yield
        return
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment] # an import of it fails, as where it is not installed
    try:
        yield
    finally:
        del sys.modules[_GRAMMAR]
