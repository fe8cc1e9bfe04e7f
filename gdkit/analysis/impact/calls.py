"""The calls that impact is judged by: taken out of the table once, their parameters parsed, whatever is in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from gdkit.analysis.impact.names import operations_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    import pandas as pd

Outcome = Literal["succeeded", "refused", "failed", "dry_run"]
"""How a call ended: ``refused`` for want of permission, ``failed`` for another reason, ``dry_run`` would have gone
through and changed nothing."""

DENIED = r"AccessDenied|Unauthorized|Forbidden|NotAuthorized"
"""Words in the error codes of calls that were refused for want of permission (services spell it differently)."""
DRY_RUN = r"DryRunOperation"
"""EC2's error code of a dry run that would have succeeded. Source: EC2 API Reference, "Error codes"."""

_SUSPECTS = ("thief", "unknown")
_COLUMNS = (
    "event_id", "event_at", "event_name", "operation", "account_id", "region", "party", "outcome",
    "request_parameters", "response_elements", "resources", "bytes_out",
)  # fmt: skip
_WRAPPED = re.compile(r"\w+(?:Request|Response)")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as far as the log tells.

    Attributes:
        operation: service and API name, as ``names.operation`` spells it.
        request: the parameters; only the whole ones where the log's text was cut.
        response: AWS's answer, likewise.
        told: whether the log holds the request whole, so that a name missing in it really was not given.
        resources: what the event names as resources.
        bytes_out: bytes sent to the caller; None where the log does not say.
    """

    event_id: str | None
    event_at: datetime | None
    event_name: str
    operation: str
    account_id: str | None
    region: str | None
    party: str
    outcome: Outcome
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    told: bool
    resources: tuple[str, ...]
    bytes_out: int | None

    def found(self, *paths: str) -> list[str]:
        """Give the texts at the first of several paths that holds any.

        A path begins with ``request``, ``response`` or ``resources`` and goes down by dots. Upper and lower case are
        the same, since services write their names differently in the log. Lists are gone through, also in the form
        ``{"items": [...]}`` that EC2 gives them. ``*`` is any name. ``resources.kms`` gives the ARNs of one service.
        """
        for path in paths:
            root, _, rest = path.partition(".")
            if root == "resources":
                texts = [arn for arn in self.resources if arn.startswith("arn:") and f":{rest}:" in arn[:40]]
            else:
                texts = list(_texts(_at(self.request if root == "request" else self.response, rest)))
            if texts:
                return list(dict.fromkeys(texts))
        return []

    def holds(self, path: str) -> bool:
        """Tell whether anything but emptiness stands at a path, text or not; told as in ``found``."""
        root, _, rest = path.partition(".")
        return any(_at(self.request if root == "request" else self.response, rest))

    def fits(self, only: str, value: str) -> bool:
        """Tell whether the call is of a sort: something, or this value in any case, stands at a path.

        Where the log does not tell the request whole and the path is not in it, the call is taken to be.
        """
        if not only:
            return True
        if not self.holds(only):
            return not self.told
        return not value or value.lower() in {text.lower() for text in self.found(only)}


def suspect_events(events: pd.DataFrame) -> pd.DataFrame:
    """Give the calls of the thief and those nobody is proven to have made, with ``operation`` and ``outcome``.

    Args:
        events: ``tables.SESSION_EVENTS``.
    """
    rows = events[events["party"].isin(_SUSPECTS)]
    return rows.assign(operation=operations_of(rows), outcome=outcomes(rows["error_code"]))


def outcomes(error_codes: pd.Series[str]) -> pd.Series[str]:
    """Give the outcome of each call from its error code."""
    made = error_codes.map({code: outcome(code) for code in error_codes.dropna().unique()})
    return made.astype("object").where(error_codes.notna(), "succeeded")


def outcome(error_code: str | None) -> Outcome:
    """Tell how a call ended.

    >>> outcome("Client.DryRunOperation"), outcome("Client.UnauthorizedOperation"), outcome("NoSuchKey"), outcome(None)
    ('dry_run', 'refused', 'failed', 'succeeded')
    """
    if not error_code:
        return "succeeded"
    if re.search(DRY_RUN, error_code):
        return "dry_run"
    return "refused" if re.search(DENIED, error_code) else "failed"


def calls_of(suspects: pd.DataFrame, operations: Collection[str]) -> Iterator[Call]:
    """Give the calls of some operations by time; no other row's parameters are parsed.

    Args:
        suspects: what ``suspect_events`` gave.
        operations: as ``names.operation`` spells them.
    """
    rows = suspects.loc[suspects["operation"].isin(set(operations)), list(_COLUMNS)]
    rows = rows.sort_values("event_at", kind="stable").astype("object")
    columns = [column.where(column.notna(), None).tolist() for _, column in rows.items()]
    for event_id, at, name, made, account, region, party, end, asked, answered, named, size in zip(
        *columns, strict=True
    ):
        request, told = parsed(asked)
        resources = tuple(named.split("\n")) if named else ()
        yield Call(
            event_id, at, name, made, account, region, party, end, request, parsed(answered)[0], told, resources, size,
        )  # fmt: skip


def parsed(text: str | None) -> tuple[dict[str, Any], bool]:
    """Read parameters as the log's table holds them.

    Returns:
        The object, without the wrapper that some EC2 calls have; and whether it is whole. Of text that was cut, only
        the values that stand there whole; of text that holds no object, nothing.

    >>> parsed('{"a":"b","c":{"d":1},"e":"f… (cut)')
    ({'a': 'b', 'c': {'d': 1}}, False)
    """
    if not text:
        return {}, False
    try:
        value = json.loads(text)
    except RecursionError:
        return {}, False
    except ValueError:
        return _whole_values(text), False
    if not isinstance(value, dict):
        return {}, False
    if len(value) == 1:
        name, inner = next(iter(value.items()))
        if _WRAPPED.fullmatch(name) and isinstance(inner, dict):
            return inner, True
    return value, True


def _whole_values(text: str) -> dict[str, Any]:
    """Give the members of a cut JSON object that were written whole: each ends with a comma or a brace."""
    members: dict[str, Any] = {}
    place = 1 if text.startswith("{") else len(text)
    while place < len(text):
        try:
            name, after = _DECODER.raw_decode(text, place)
            if not isinstance(name, str) or text[after : after + 1] != ":":
                break
            value, place = _DECODER.raw_decode(text, after + 1)
        except (ValueError, RecursionError):
            break
        if text[place : place + 1] not in {",", "}"}:
            break
        members[name] = value
        place += 1
    return members


def _at(value: Any, path: str) -> list[Any]:
    """Give what stands at a path; lists on the way are gone through."""
    here = [value]
    for name in path.lower().split(".") if path else ():
        here = [
            inner
            for item in _flat(here)
            if isinstance(item, dict)
            for key, inner in item.items()
            if isinstance(key, str) and name in {"*", key.lower()}
        ]
    return here


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    """Give the members of nested lists, and of EC2's and CloudTrail's ways to write a list as an object."""
    stack = list(values)[::-1]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value[::-1]
        elif isinstance(value, dict) and len(value) <= 2 and isinstance(value.get("items"), list):
            stack += value["items"][::-1]
        elif isinstance(value, dict) and "content" in value and set(value) <= {"content", "tag"}:
            stack.append(value["content"])
        else:
            yield value


def _texts(values: list[Any]) -> Iterator[str]:
    for value in _flat(values):
        if isinstance(value, str) and value:
            yield value
        elif isinstance(value, int) and not isinstance(value, bool):
            yield str(value)
