"""Calls taken out of the table: their parameters, whatever is in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.analysis.impact.calls import outcome, parsed
from gdkit.analysis.impact.data_table import REACHES
from gdkit.analysis.impact.money import COSTS
from gdkit.analysis.impact.persistence_table import PERSISTING
from gdkit.analysis.impact.tamper import TAMPERING
from gdkit.trail.masking import CUT
from tests.analysis.impact.made import call, impact, one_call, rows_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["bucketName", "key", "userName", "items", "content", "tag", "add", "name", "instancesSet",
                         "createVolumePermission", "policyDocument", "targets", "user", "accessKey"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (None, "succeeded"), ("", "succeeded"), ("AccessDenied", "refused"), ("AccessDeniedException", "refused"),
        ("Client.UnauthorizedOperation", "refused"), ("VpceAccessDenied", "refused"), ("Forbidden", "refused"),
        ("Client.DryRunOperation", "dry_run"), ("DryRunOperation", "dry_run"), ("NoSuchKey", "failed"),
        ("ThrottlingException", "failed"),
    ],
)  # fmt: skip
def test_outcome(code: str | None, expected: str) -> None:
    """A call succeeded, was refused for want of permission, failed otherwise, or was a dry run that would succeed."""
    assert outcome(code) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ({}, False)), ("", ({}, False)), ("[1,2]", ({}, False)), ('"text"', ({}, False)),
        ("no json", ({}, False)),
        ('{"a":1}', ({"a": 1}, True)),
        ('{"DeleteFlowLogsRequest":{"FlowLogId":"f"}}', ({"FlowLogId": "f"}, True)),
        ('{"CreateRequest":"text"}', ({"CreateRequest": "text"}, True)),
        ('{"a":"b","c":[1,2],"d":"cut off he' + CUT, ({"a": "b", "c": [1, 2]}, False)),
        ('{"a":1,"b":12' + CUT, ({"a": 1}, False)),
        ("{" + CUT, ({}, False)),
        ("[" * 100_000, ({}, False)),
        ('{"a":' + "[" * 100_000 + CUT, ({}, False)),
    ],
)  # fmt: skip
def test_parsed(text: str | None, expected: tuple[dict[str, Any], bool]) -> None:
    """Of parameters that were cut, only values that stand there whole are taken, and that they were cut is known."""
    assert parsed(text) == expected


@given(JSON, st.integers(min_value=0, max_value=200))
def test_cut_text_gives_true_members_alone(value: Any, length: int) -> None:
    """Wherever an object's text was cut, no value is taken that the whole object does not have."""
    whole = {"first": value, "second": "x", "third": [value]}
    members, told = parsed(json.dumps(whole, separators=(",", ":"))[:length] + CUT)
    assert not told
    assert all(whole[name] == member for name, member in members.items())


def test_found_reads_every_form_of_a_list() -> None:
    """Plain lists, EC2's items, numbered contents and lists in lists are gone through; names ignore case."""
    made = one_call(
        "ec2:X",
        {"A": {"items": [{"id": "1"}, {"ID": 2}, "odd", None]}, "b": {"content": "3", "tag": 1}, "c": [["4"], [["4"]]],
         "d": {"items": {"id": "5"}}, "e": True, "f": {"content": "6", "other": 1}},
    )  # fmt: skip
    assert made.found("request.a.id") == ["1", "2"]
    assert made.found("request.B") == ["3"]
    assert made.found("request.c") == ["4"]
    assert made.found("request.d.items.id") == ["5"]
    assert made.found("request.e", "request.f", "request.nothing") == []
    assert made.found("response.a.id", "request.a.id") == ["1", "2"]


def test_found_reads_resources_of_one_service() -> None:
    """Among an event's resources those of one service are given, by ARN alone."""
    named = "arn:aws:kms:us-east-1:111122223333:key/k\nkms:bare\narn:aws:s3:::b"
    assert one_call("kms:Decrypt", resources=named).found("resources.kms") == named.split("\n")[:1]


def test_fits() -> None:
    """A condition holds by what stands there; where the log does not tell the request, it is taken to hold."""
    told = one_call("iam:UpdateAccessKey", {"status": "inactive"})
    assert (told.fits("", ""), told.fits("request.status", "Active"), told.fits("request.status", "Inactive")) == (
        True, False, True,
    )  # fmt: skip
    assert not told.fits("request.other", "")
    assert one_call("iam:UpdateAccessKey").fits("request.status", "Active")
    assert one_call("iam:UpdateAccessKey", '{"a":1,"b":"' + CUT).fits("request.status", "Active")


OPERATIONS = sorted({*REACHES, *COSTS, *PERSISTING, *TAMPERING})
NAMES = (
    "bucketName", "key", "userName", "instancesSet", "instanceId", "name", "policyDocument", "accessKey", "user",
    "createVolumePermission", "launchPermission", "userData", "secretId", "names", "modelId", "targets",
)  # fmt: skip
ODD: tuple[Any, ...] = (None, "", [], {}, True, [[]], {"items": None}, {"items": [None]}, {"a": {"b": []}}, {"add": {}})


@pytest.mark.parametrize(
    "text", [None, "no json", "[]", '{"cut":"' + CUT, *(json.dumps(dict.fromkeys(NAMES, odd)) for odd in ODD)]
)
def test_no_parameters_break_a_table(text: str | None) -> None:
    """Parameters that are missing, cut or of the wrong type give rows without names, never a failure or a guess."""
    found = impact(*(call(operation, text, text, resources="bare\n\narn:") for operation in OPERATIONS))
    assert len(found.actions) == len(OPERATIONS)
    assert {row["id"] for row in rows_of(found.persistence)} == {None}
    assert {row["id"] for row in rows_of(found.data)} == {None}


def test_thousands_of_names_in_one_call() -> None:
    """A call that names thousands of things gives a row for each, or their number."""
    names = [f"n{number}" for number in range(5000)]
    found = impact(
        call("ssm:GetParameters", {"names": names}), call("guardduty:ArchiveFindings", {"findingIds": names})
    )
    assert len(found.data) == 5000
    (row,) = rows_of(found.tamper)
    assert row["target"].split("\n")[19:] == ["n19", "… and 4980 more"]


@given(JSON, JSON, st.sampled_from(["s3:GetObject", "ec2:ModifySnapshotAttribute", "iam:CreateAccessKey",
                                    "ec2:RunInstances", "guardduty:ArchiveFindings"]))  # fmt: skip
def test_no_json_breaks_a_table(request: Any, response: Any, operation: str) -> None:
    """Whatever JSON stands in request and answer, every table is made."""
    found = impact(call(operation, json.dumps(request), json.dumps(response)))
    assert len(found.actions) == 1
