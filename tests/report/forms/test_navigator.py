"""The Navigator layer: the fields of its format, the calls as score, the version pinned."""

from __future__ import annotations

import re
from dataclasses import replace

import jsonschema
import pytest

from gdkit import tables
from gdkit.analysis.impact.technique_table import ATTACK_VERSION
from gdkit.report.forms.navigator import navigator_layer
from tests.report.forms.cases import MADE_AT, told

PAIR = {"type": "object", "required": ["name", "value"], "additionalProperties": False,
        "properties": {"name": {"type": "string"}, "value": {"type": "string"}}}  # fmt: skip
LAYER = {
    "type": "object",
    "required": ["name", "versions", "domain", "techniques"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "versions": {"type": "object", "required": ["navigator", "layer"], "additionalProperties": False,
                     "properties": {"attack": {"type": "string"}, "navigator": {"type": "string"},
                                    "layer": {"const": "4.5"}}},
        "domain": {"enum": ["enterprise-attack", "mobile-attack", "ics-attack"]},
        "description": {"type": "string"},
        "sorting": {"enum": [0, 1, 2, 3]},
        "layout": {"type": "object", "additionalProperties": False, "properties": {
            "layout": {"enum": ["side", "flat", "mini"]}, "showID": {"type": "boolean"},
            "showName": {"type": "boolean"}, "expandedSubtechniques": {"enum": ["none", "all", "annotated"]}}},
        "hideDisabled": {"type": "boolean"},
        "techniques": {"type": "array", "items": {
            "type": "object", "required": ["techniqueID"], "additionalProperties": False,
            "properties": {"techniqueID": {"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"},
                           "score": {"type": "number"}, "comment": {"type": "string"},
                           "enabled": {"type": "boolean"}}}},
        "gradient": {"type": "object", "required": ["colors", "minValue", "maxValue"], "additionalProperties": False,
                     "properties": {"colors": {"type": "array", "minItems": 2,
                                               "items": {"type": "string", "pattern": "^#[0-9a-f]{6}$"}},
                                    "minValue": {"type": "number"}, "maxValue": {"type": "number"}}},
        "legendItems": {"type": "array", "items": {"type": "object", "required": ["label", "color"]}},
        "metadata": {"type": "array", "items": PAIR},
    },
}  # fmt: skip
"""What layers/spec/v4.5/layerformat.md of the Navigator says of the fields that gdkit writes."""


@pytest.mark.parametrize("name", ["malicious", "benign", "hostile"])
def test_format(name: str) -> None:
    """The layer has the fields of format 4.5, and only those."""
    layer = navigator_layer(told(name))
    jsonschema.validate(layer, LAYER)
    assert layer["gradient"]["minValue"] < layer["gradient"]["maxValue"]
    assert layer["versions"]["attack"] == ATTACK_VERSION
    assert tuple(map(int, layer["versions"]["navigator"].split("."))) >= (4, 9, 0)


def test_scores() -> None:
    """Each technique's score is its calls; the comment says how many succeeded and which they were."""
    case = told("malicious")
    layer = navigator_layer(case)
    counted = {row["id"]: len(row["event_ids"]) + len(row["other_event_ids"])
               for row in case.result["impact"]["techniques"]}  # fmt: skip
    assert {one["techniqueID"]: one["score"] for one in layer["techniques"]} == counted
    assert layer["gradient"]["maxValue"] == max(counted.values())
    (bucket,) = [one for one in layer["techniques"] if one["techniqueID"] == "T1530"]
    assert re.fullmatch(r"\d+ calls?, \d+ succeeded: .*GetObject.*", bucket["comment"])


@pytest.mark.parametrize("verdict", ["malicious", "benign", "undetermined"])
def test_verdict(verdict: str) -> None:
    """The verdict, and what was searched, stand in the layer."""
    named = {pair["name"]: pair["value"] for pair in navigator_layer(told(verdict))["metadata"]}
    assert named["verdict"] == verdict
    assert named["in what was searched"] == told(verdict).result["coverage"]["statement"]


def test_no_technique() -> None:
    """A case without techniques gives a layer without any, whose gradient still is one."""
    layer = navigator_layer(replace(told("none"), techniques=tables.frame(tables.TECHNIQUES, {})))
    jsonschema.validate(layer, LAYER)
    assert (layer["techniques"], layer["gradient"]["maxValue"]) == ([], 1)


def test_one_stamp() -> None:
    """When it was made stands in one pair of the metadata, and nothing else differs."""
    one, two = (navigator_layer(replace(told("none"), made_at=at)) for at in (MADE_AT, MADE_AT.replace(year=2027)))
    assert one["metadata"].pop() == {"name": "made at", "value": "2026-12-01T09:30:00Z"}
    assert two["metadata"].pop() == {"name": "made at", "value": "2027-12-01T09:30:00Z"}
    assert one == two
