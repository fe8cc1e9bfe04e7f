"""Pages and order of lists, as GuardDuty gives them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

from gdkit.findings.criteria import comparable, known_fields, values_at
from gdkit.simulator.guardduty.state import invalid, out_of_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gdkit.simulator.call import Call

Item = TypeVar("Item")

MOST_ITEMS = 50
"""Items on a page and ids in a call. Source: botocore's model of GuardDuty, ``MaxResults``, ``FindingIds``."""


def page(call: Call, items: Sequence[Item]) -> tuple[list[Item], str]:
    """Give the page that a call asks for, and the token of the next one, empty after the last.

    A token is good for the same question only.

    Raises:
        ApiError: a size out of bounds, or a token that was not given for this question.

    Source: GuardDuty API Reference of 2018, ListFindings: 1 to 50, 50 unless told; ``"nextToken": ""`` at the end.
    """
    size = call.parameters.get("MaxResults", MOST_ITEMS)
    if not 1 <= size <= MOST_ITEMS:
        raise out_of_bounds("maxResults")
    question = _question(call)
    token = call.parameters.get("NextToken") or ""
    start = _start(token, question) if token else 0
    end = start + size
    following = base64.urlsafe_b64encode(f"{question}:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), following


def finding_ids(call: Call) -> list[str]:
    """Give the ids that a call names.

    Raises:
        ApiError: more than 50.
    """
    ids: list[str] = list(call.parameters.get("FindingIds") or ())
    if len(ids) > MOST_ITEMS:
        raise invalid("findingIds", f"(at most {MOST_ITEMS} ids)")
    return ids


def in_order(findings: list[dict[str, Any]], criteria: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Put findings into the order asked for; without one, those updated last come first.

    Raises:
        ApiError: an unknown attribute or direction.
    """
    name = (criteria or {}).get("AttributeName") or "updatedAt"
    direction = (criteria or {}).get("OrderBy") or ("ASC" if criteria else "DESC")
    if name not in known_fields() or direction not in ("ASC", "DESC"):
        raise invalid("sortCriteria")
    return sorted(findings, key=lambda finding: _rank(finding, name), reverse=direction == "DESC")


def _rank(finding: dict[str, Any], name: str) -> tuple[float, str, str]:
    first = next(iter(values_at(finding, name)), None)
    return comparable(first) or 0.0, "" if first is None else str(first), finding["id"]


def _question(call: Call) -> str:
    asked = {name: value for name, value in call.parameters.items() if name != "NextToken"}
    text = json.dumps([call.operation, call.account_id, call.region, asked], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _start(token: str, question: str) -> int:
    try:
        given, _, start = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
    except (binascii.Error, ValueError):
        given, start = "", ""
    if given != question or not start.isdecimal():
        raise invalid("nextToken")
    return int(start)
