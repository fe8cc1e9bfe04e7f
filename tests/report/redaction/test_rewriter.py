"""Putting stand-ins in the place of values: in every spelling, and in nothing that is not the value."""

from __future__ import annotations

import json
from urllib.parse import quote

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit import tables
from gdkit.report.redaction.rewriter import Rewriter
from gdkit.report.redaction.walk import changed, changed_frame

STAND_INS = {
    "111122223333": "000000000001", "ASIASAMPLESTOLENKEY1": "ASIAREDACTEDKEY00001", "i-0a1b2c3d": "i-00000001",
    "shop-web": "ROLE-1", "shop": "USER-1", "10.0.1.15": "0.0.0.1", "thief": "USER-2", "/home/kim": "FOLDER-1",
    'a "quoted" näme': "NAME-1", "reporting/warehouse": "SECRET-1", "all": "NAME-2",
}  # fmt: skip
SHAPED = frozenset({"111122223333", "ASIASAMPLESTOLENKEY1", "i-0a1b2c3d"})
REWRITER = Rewriter(STAND_INS, SHAPED, frozenset({"all", "thief"}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "arn:aws:sts::111122223333:assumed-role/shop-web/i-0a1b2c3d",
            "arn:aws:sts::000000000001:assumed-role/ROLE-1/i-00000001",
        ),
        ("shop-customers-111122223333.s3.amazonaws.com", "USER-1-customers-000000000001.s3.amazonaws.com"),
        ("prod111122223333x", "prod000000000001x"),
        ("1111-2222-3333", "000000000001"),
        ("8e2f932a-24f5-4a94-9568-111122223333", "8e2f932a-24f5-4a94-9568-111122223333"),
        ("shop-web-2, workshop, shops, shop_web", "ROLE-1-2, workshop, shops, shop_web"),
        ("role%2Fshop-web%22", "role%2FROLE-1%22"),
        ("ip-10-0-1-15.ec2.internal 10.0.1.150 110.0.1.15", "ip-0.0.0.1.ec2.internal 10.0.1.150 110.0.1.15"),
        ("/home/kim/cases, /home/kimberly", "FOLDER-1/cases, /home/kimberly"),
        ('say a "quoted" näme', "say NAME-1"),
        (json.dumps({"x": 'a "quoted" näme'}), '{"x": "NAME-1"}'),
        (quote('a "quoted" näme', safe=""), "NAME-1"),
        ("read reporting/warehouse.", "read SECRET-1."),
        ("of all the thief's calls", "of all the thief's calls"),
        ("all", "NAME-2"),
        ("thief\nall\nthe thief", "USER-2\nNAME-2\nthe thief"),
        ("", ""),
    ],
)
def test_text(text: str, told: str) -> None:
    """Each spelling of a value becomes its stand-in; a longer word stays; a common word only as a whole line."""
    assert REWRITER(text, "statement") == told


def test_our_own_words() -> None:
    """In fields of AWS's or gdkit's words no name is looked for, whatever a thief calls his user; shapes are."""
    rewriter = Rewriter({**STAND_INS, "malicious": "USER-9", "GetObject": "ROLE-9"}, SHAPED, frozenset())
    assert rewriter("malicious", "party") == "malicious"
    assert rewriter("GetObject", "event_name") == "GetObject"
    assert rewriter("GetObject", "statement") == "ROLE-9"
    assert rewriter("us-111122223333", "region") == "us-000000000001"


@given(st.text())
def test_other_texts_stay(text: str) -> None:
    """A text in which no value stands comes out as it was."""
    assert Rewriter({}, frozenset(), frozenset())(text, "statement") == text


def test_documents() -> None:
    """Every text of a document is changed at any depth, keys that are data too; field names, numbers and nulls stay."""
    document = {"shop": [{"role": "shop-web", "count": 3, "none": None, "ok": True}],
                "evidence": {"lookup/111122223333/x": "aa"}, "party": "thief"}  # fmt: skip
    assert changed(document, REWRITER) == {
        "shop": [{"role": "ROLE-1", "count": 3, "none": None, "ok": True}],
        "evidence": {"lookup/000000000001/x": "aa"}, "party": "thief",
    }  # fmt: skip


def test_tables() -> None:
    """Every text column is changed, missing values stay missing, and names in a call's parameters go leaf by leaf."""
    frame = tables.frame_of_rows(tables.SESSION_EVENTS, [
        {"event_id": "e1", "role_name": "shop-web", "request_parameters": '{"policyName":"all","n":1,"of":"all of it"}',
         "bytes_out": 7},
        {"event_id": "e2", "request_parameters": "all but no JSON {"},
    ])  # fmt: skip
    told = changed_frame(frame, REWRITER)
    assert told["role_name"].tolist()[0] == "ROLE-1"
    assert pd.isna(told["role_name"].tolist()[1])
    assert told["request_parameters"].tolist() == [
        '{"policyName":"NAME-2","n":1,"of":"all of it"}',
        "all but no JSON {",
    ]
    assert dict(told.dtypes) == dict(frame.dtypes)
    assert told["bytes_out"].tolist() == frame["bytes_out"].tolist()


def test_hostile_names() -> None:
    """Names that a pattern could be made of are nothing but text, and one of any length is taken out."""
    names = ["(a+)+$", "\\w*", "[x", "a|b", "x" * 50_000, "$1", "\\g<0>", "(?P<kept>x)", "two\nlines", "half \ud800"]
    rewriter = Rewriter({name: f"NAME-{number}" for number, name in enumerate(names)}, frozenset(), frozenset())
    for number, name in enumerate(names):
        assert rewriter(f"<{name}>", "statement") == f"<NAME-{number}>"
