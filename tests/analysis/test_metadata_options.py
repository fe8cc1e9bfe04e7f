"""The history of metadata options, and the reading of requests that it rests on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.analysis.metadata_options import option_changes, options_before
from gdkit.analysis.request_text import fields_of, items_of, names, text_member, texts_in, whole_number
from tests.analysis.judged import by_admin
from tests.analysis.records import INSTANCE, events_of

if TYPE_CHECKING:
    from pathlib import Path

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def change(minute: int, **fields: Any) -> dict[str, Any]:
    """Give a change of metadata options."""
    return by_admin(minute, "ModifyInstanceMetadataOptions", **fields)


def test_history(tmp_path: Path) -> None:
    """Each change sets what it names and leaves the rest; both forms of request and the answer are read."""
    launch = {"instancesSet": {"items": [{"instanceId": INSTANCE, "metadataOptions": {"httpTokens": "required"}}]}}
    calls = [
        by_admin(1, "RunInstances", responseElements=launch),
        change(2, requestParameters={"ModifyInstanceMetadataOptionsRequest": {"InstanceId": INSTANCE,
                                                                             "HttpPutResponseHopLimit": 2}}),
        change(3, requestParameters={"instanceId": INSTANCE, "httpTokens": "optional"}),
        change(4, requestParameters={"instanceId": INSTANCE, "httpTokens": "required"}, errorCode="Client.DryRun"),
        change(5, requestParameters={"instanceId": "i-0fedcba9876543210", "httpTokens": "required"}),
    ]  # fmt: skip
    found = option_changes(events_of(tmp_path, calls), INSTANCE)
    assert [(one.tokens, one.hop_limit) for one in found] == [("required", None), (None, 2), ("optional", None)]
    before = options_before(found, datetime(2026, 11, 1, 7, 3, tzinfo=UTC))
    assert before is not None
    assert (before.tokens, before.hop_limit) == ("required", 2)
    after = options_before(found, datetime(2026, 11, 1, 9, 0, tzinfo=UTC))
    assert after is not None
    assert after.tokens == "optional"
    assert options_before(found, None) is None
    assert options_before(found, datetime(2026, 11, 1, 7, 1, tzinfo=UTC)) is None


def test_unreadable_change(tmp_path: Path) -> None:
    """A change whose request was cut is known to have been, and to be unreadable."""
    events = events_of(tmp_path, [change(1, requestParameters={"instanceId": INSTANCE})])
    (found,) = option_changes(events.assign(request_parameters=f'{{"instanceId":"{INSTANCE}","httpTo… (cut)'), INSTANCE)
    assert (found.tokens, found.readable) == (None, False)


@pytest.mark.parametrize("written", [None, "", "[]", "x", '{"a":', "{" * 5_000, '{"a":' * 3_000 + "1", 3, float("nan")])
def test_no_request(written: object) -> None:
    """What is missing, cut or no object is none, and never an error."""
    assert fields_of(written) is None


def test_members() -> None:
    """Members are found whatever their case, values of the wrong kind are missing, lists come in either form."""
    fields = {"Count": "3", "flag": True, "UserData": {"value": "x"}, "set": {"items": [1, 2]}, "one": "a"}
    assert (whole_number(fields, "count"), whole_number(fields, "flag"), whole_number(fields, "one")) == (3, None, None)
    assert (text_member(fields, "userData"), text_member(fields, "count", "more")) == ("x", None)
    assert (items_of(fields, "SET"), items_of(fields, "one"), items_of(fields, "none")) == ([1, 2], ["a"], [])


def test_free_text_is_left_out() -> None:
    """What a caller may write freely does not name anything."""
    assert list(texts_in({"Comment": INSTANCE, "list": [{"userData": "y"}, "z"]})) == ["z"]


@given(st.dictionaries(st.text(), JSON), st.text(min_size=1))
def test_any_request(fields: dict[str, Any], identifier: str) -> None:
    """Requests of any shape can be asked about any id and member."""
    assert names(fields, None, identifier) in (True, False)
    assert all(isinstance(text, str) for text in texts_in(fields))
    for name in fields:
        assert text_member(fields, name) is None or isinstance(text_member(fields, name), str)
        assert isinstance(items_of(fields, name), list)
