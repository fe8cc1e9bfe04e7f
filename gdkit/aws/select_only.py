"""Whether a statement of SQL only reads: it is one SELECT, and nothing in it makes, changes or writes anything."""

from __future__ import annotations

import re

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

_BARE_STORE = re.compile(r"(?<![\w\"'-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w\"'-])")
"""Id of an event data store, which CloudTrail Lake takes for a table's name without quotes."""

_BEGINS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_WRITING = (exp.DDL, exp.DML, exp.Into, exp.Command)


def is_one_select(text: str) -> bool:
    """Tell whether a statement in the dialect of Athena or CloudTrail Lake only reads.

    >>> is_one_select('SELECT "eventid" FROM "logs"."trail"'), is_one_select("DROP TABLE logs.trail")
    (True, False)
    >>> is_one_select("SELECT eventJson FROM 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f WHERE eventTime > '2026-11-01'")
    True
    """
    if not _BEGINS.match(text):
        return False
    try:
        statements = parse(with_quoted_store(text), dialect="trino")  # in which both engines take a SELECT
    except (SqlglotError, RecursionError):
        return False
    return len(statements) == 1 and isinstance(statements[0], exp.Query) and not any(
        isinstance(node, _WRITING) for node in statements[0].walk() if not isinstance(node, exp.Query)
    )  # fmt: skip


def with_quoted_store(text: str) -> str:
    """Put quotes around the id of an event data store, so that any parser of Trino's dialect takes it for a name."""
    return _BARE_STORE.sub(lambda match: f'"{match[0]}"', text)


def with_bare_store(text: str, store_id: str) -> str:
    """Take the quotes off an event data store's id, which CloudTrail Lake's documentation writes without them."""
    return text.replace(f'"{store_id}"', store_id)
