"""Session events made for tests of the impact: one row a call, with its parameters as the log's table holds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact import Impact, impact_of
from gdkit.analysis.impact.calls import Call, calls_of, suspect_events
from tests.analysis.records import ACCOUNT

if TYPE_CHECKING:
    import pandas as pd

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def call(operation: str, request: Any = None, response: Any = None, **columns: Any) -> dict[str, Any]:
    """Give one row; ``operation`` is ``service:Name``, and parameters are objects or ready-made text."""
    service, _, name = operation.partition(":")
    return {
        "event_source": f"{service}.amazonaws.com", "event_name": name, "event_type": "AwsApiCall",
        "account_id": ACCOUNT, "region": "us-east-1", "party": "thief", "hop": 0,
        "request_parameters": _text(request), "response_elements": _text(response), **columns,
    }  # fmt: skip


def session(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give the rows as ``tables.SESSION_EVENTS``, one a minute, each with an id of its own."""
    return tables.frame_of_rows(
        tables.SESSION_EVENTS,
        [{"event_id": f"e{n}", "event_at": NOON + timedelta(minutes=n), **row} for n, row in enumerate(rows)],
    )


def impact(*rows: dict[str, Any], **options: Any) -> Impact:
    """Judge the rows."""
    return impact_of(session(*rows), **options)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame's rows as plain values."""
    return list(tables.rows_of(frame))


def one_call(operation: str, request: Any = None, response: Any = None, **columns: Any) -> Call:
    """Give one call as the tables of the impact see it."""
    suspects = suspect_events(session(call(operation, request, response, **columns)))
    (found,) = calls_of(suspects, set(suspects["operation"]))
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else json.dumps(value)
