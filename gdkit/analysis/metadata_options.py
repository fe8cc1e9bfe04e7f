"""What events show of an instance's metadata options: what each call set, and what stood before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.request_text import fields_of, items_of, member, mentions, names, text_member, whole_number

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

_LAUNCH = ("ec2.amazonaws.com", "RunInstances")
_CHANGE = ("ec2.amazonaws.com", "ModifyInstanceMetadataOptions")


@dataclass(frozen=True, slots=True)
class OptionChange:
    """What one successful call set; None where it left an option alone, or where the record does not show it.

    Attributes:
        tokens: ``required`` (IMDSv2 alone) or ``optional`` (IMDSv1 too).
        hop_limit: how far the metadata answer may travel, in hops.
        endpoint: ``enabled`` or ``disabled``.
        readable: whether the record shows what was set at all.
    """

    event_id: str | None
    event_at: datetime | None
    event_name: str
    tokens: str | None
    hop_limit: int | None
    endpoint: str | None
    readable: bool


def option_changes(events: pd.DataFrame, instance_id: str) -> tuple[OptionChange, ...]:
    """Give what set the metadata options of an instance: its launch, and every change that succeeded, by time.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        instance_id: the instance.

    Source: EC2 API Reference, ModifyInstanceMetadataOptions, RunInstances (MetadataOptions).
    """
    by_ec2 = (events["event_source"] == _LAUNCH[0]) & events["event_name"].isin([_LAUNCH[1], _CHANGE[1]])
    rows = events[by_ec2 & events["error_code"].isna()]
    rows = rows[mentions(rows, instance_id)].drop_duplicates(["event_id", "event_name", "event_at"])
    rows = rows.sort_values(["event_at", "event_id"], kind="stable")
    changes = (_change(row, instance_id) for row in tables.rows_of(rows))
    return tuple(change for change in changes if change is not None)


def asked_options(request: dict[str, Any] | None, answer: dict[str, Any] | None) -> dict[str, Any]:
    """Give the options that a change asked for, else those that AWS answered with."""
    asked = request if request and any(_three(request)) else None
    return asked or member(answer, "instanceMetadataOptions") or {}


def launch_options(
    request: dict[str, Any] | None, answer: dict[str, Any] | None, instance_id: str
) -> dict[str, Any] | None:
    """Give the options of an instance at its launch; None where the launch is not of this instance."""
    rows = [item for item in items_of(answer, "instancesSet") if text_member(item, "instanceId") is not None]
    mine = [item for item in rows if str(member(item, "instanceId")).lower() == instance_id.lower()]
    if not mine:
        return None
    answered = member(mine[0], "metadataOptions")
    return answered if any(_three(answered)) else (member(request, "metadataOptions") or {})


def options_before(changes: tuple[OptionChange, ...], at: datetime | None) -> OptionChange | None:
    """Give each option as the last change before an instant left it; None where no change before it is known."""
    if at is None:
        return None
    earlier = [change for change in changes if change.event_at is not None and change.event_at < at]
    if not earlier:
        return None
    last = earlier[-1]
    found: dict[str, Any] = {}
    for name in ("tokens", "hop_limit", "endpoint"):
        set_by = (getattr(change, name) for change in reversed(earlier))
        found[name] = next((value for value in set_by if value is not None), None)
    readable = all(change.readable for change in earlier)
    return OptionChange(last.event_id, last.event_at, last.event_name, readable=readable, **found)


def _three(fields: object) -> tuple[str | None, int | None, str | None]:
    return (
        text_member(fields, "httpTokens"),
        whole_number(fields, "httpPutResponseHopLimit"),
        text_member(fields, "httpEndpoint"),
    )


def _change(row: dict[str, Any], instance_id: str) -> OptionChange | None:
    request, answer = fields_of(row["request_parameters"]), fields_of(row["response_elements"])
    if row["event_name"] == _LAUNCH[1]:
        options = launch_options(request, answer, instance_id)
        if options is None:
            return None
    elif names(request, row["request_parameters"], instance_id) or names(answer, None, instance_id):
        options = asked_options(request, answer)
    else:
        return None
    tokens, hop_limit, endpoint = _three(options)
    readable = request is not None or answer is not None
    return OptionChange(
        row["event_id"], row["event_at"], row["event_name"], tokens, hop_limit, endpoint, readable=readable
    )
