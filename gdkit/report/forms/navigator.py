"""``navigator.json``: the techniques that the thief's calls can serve, as a layer of MITRE's ATT&CK Navigator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit import tables
from gdkit.analysis.impact.technique_table import ATTACK_VERSION
from gdkit.model import utc_text
from gdkit.ui import words
from gdkit.ui.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.report.forms.reported import Reported

LAYER_VERSION, NAVIGATOR_VERSION = "4.5", "4.9.0"
"""The layer's form, and the oldest Navigator that reads it; those of version 5 do.

Source: mitre-attack/attack-navigator, layers/spec/v4.5/layerformat.md, "Version Object Properties".
"""

COLOURS = ("#fde8d7", "#c2410c")
"""Few calls pale, many calls strong."""


def navigator_layer(told: Reported) -> dict[str, Any]:
    """Give the layer: each technique with its calls as score, and what they were as comment.

    When it was made stands in one place, in ``metadata``.
    """
    rows = list(tables.rows_of(told.techniques))
    return {
        "name": f"gdkit: case {_about(told)}",
        "versions": {"attack": ATTACK_VERSION, "navigator": NAVIGATOR_VERSION, "layer": LAYER_VERSION},
        "domain": "enterprise-attack",
        "description": "\n".join(filter(None, (told.note, words.stamp(told.about), _description(told)))),
        "sorting": 3,
        "layout": {"layout": "side", "showID": True, "showName": True, "expandedSubtechniques": "annotated"},
        "hideDisabled": False,
        "techniques": [_technique(row) for row in rows],
        "gradient": {
            "colors": list(COLOURS), "minValue": 0, "maxValue": max((row["calls"] for row in rows), default=1),
        },
        "legendItems": [{"label": "more calls, stronger colour", "color": COLOURS[1]}],
        "metadata": [
            {"name": "verdict", "value": told.verdict.value},
            {"name": "in what was searched", "value": visible(told.result["coverage"]["statement"])},
            {"name": "made at", "value": utc_text(told.made_at)},
        ],
    }  # fmt: skip


def _about(told: Reported) -> str:
    subject = told.about["subject"]
    return visible(next((name for name in subject.values() if name), "without a name"), 120)


def _description(told: Reported) -> str:
    summary = words.conclusion_summary(dict(told.result), told.verdict)
    return visible(f"{summary} A technique is what a call can serve, not what it was for.")


def _technique(row: Mapping[str, Any]) -> dict[str, Any]:
    named = ", ".join(visible(name, 60) for name in (row["event_names"] or "").splitlines())
    comment = f"{words.many(row['calls'], 'call')}, {row['succeeded']:,} succeeded: {named}"
    return {"techniqueID": row["id"], "score": row["calls"], "comment": comment, "enabled": True}
