"""The picture of a lineage: layers from left to right, words beside colours, and never more than it can hold."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from gdkit import tables
from gdkit.ui.lineage_chart import lineage_chart, lineage_spec
from gdkit.ui.lineage_layout import MOST_IN_LAYER, MOST_LAYERS, MOST_NODES, lay_out
from tests.report.markup import Page

if TYPE_CHECKING:
    import pandas as pd

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"


def _nodes(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    names = ("id", "kind", "label", "party")
    made = [dict(zip(names, row, strict=True)) for row in rows]
    return tables.frame_of_rows(tables.LINEAGE_NODES, [{"id": "i-1", "kind": "instance", "label": "app"}, *made])


def _edges(*rows: tuple[str, str, str, str, str | None]) -> pd.DataFrame:
    names = ("from", "to", "kind", "party", "error_code")
    made = [dict(zip(names, row, strict=True)) | {"event_id": str(row), "event_at": AT} for row in rows]
    return tables.frame_of_rows(tables.LINEAGE_EDGES, made)


NODES = _nodes(("K", "access_key", "K", "thief"), ("U", "user", "backdoor", "thief"), ("X", "user", "x", "unknown"))
EDGES = _edges(("i-1", "K", "first use", "thief", None), ("K", "U", "CreateUser", "thief", None),
               ("K", "X", "CreateUser", "unknown", "AccessDenied"))  # fmt: skip


def _layers(nodes: pd.DataFrame, edges: pd.DataFrame) -> list[list[dict[str, Any]]]:
    picture = lineage_spec(lay_out(nodes, edges))
    return [layer["data"]["values"] for layer in picture["layer"]]


def test_things_stand_a_layer_a_step() -> None:
    """What one thing led to stands right of it; its name, kind and party are words."""
    points = {point["name"]: point for point in _layers(NODES, EDGES)[1]}
    assert {name: point["x"] for name, point in points.items()} == {"app": 0, "K": 1, "backdoor": 2, "x": 2}
    assert [points[name]["about"] for name in ("app", "K", "x")] == ["instance", "access key · thief", "user · unknown"]
    assert points["backdoor"]["y"] != points["x"]["y"]


def test_lines_name_the_call_and_its_failure() -> None:
    """A line bears the call's name; one that was refused says so and is dashed."""
    lines = {line["end"]: line for line in _layers(NODES, EDGES)[0]}
    assert [lines[name]["call"] for name in ("backdoor", "x")] == ["CreateUser", "CreateUser (refused)"]
    assert [lines[name]["refused"] for name in ("backdoor", "x")] == [False, True]


def test_same_calls_are_one_line() -> None:
    """Several calls of one kind between two things are one line that counts them."""
    edges = _edges(*[("i-1", "K", "AssumeRole", "thief", None)] * 3)
    assert [line["call"] for line in _layers(NODES.head(2), edges)[0]] == ["AssumeRole, 3 times"]


def test_nothing_grew() -> None:
    """Where nothing led anywhere there is no picture."""
    assert lineage_chart(NODES, _edges(), "Lineage") is None


def test_key_that_nothing_leads_to_is_drawn() -> None:
    """A key that no event leads to stands beside the others, without a line."""
    nodes = _nodes(("K", "access_key", "K", "thief"), ("L", "access_key", "lonely", None))
    points = {point["name"]: point["x"] for point in _layers(nodes, EDGES.head(1))[1]}
    assert points == {"app": 0, "K": 1, "lonely": 1}


def test_circle_is_drawn() -> None:
    """Things that lead to one another are each drawn once."""
    edges = _edges(("i-1", "K", "a", "thief", None), ("K", "U", "b", "thief", None), ("U", "K", "c", "thief", None))
    points, lines = _layers(NODES.head(3), edges)[1], _layers(NODES.head(3), edges)[0]
    assert (len(points), len(lines)) == (3, 3)


def _wide(count: int, kinds: int = 1, party: str = "workload") -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [f"N{number}" for number in range(count)]
    nodes = _nodes(("K", "access_key", "K", "thief"), *[(n, f"kind{i % kinds}", n, party) for i, n in enumerate(names)])
    edges = _edges(("i-1", "K", "first use", "thief", None), *[("K", n, "AssumeRole", party, None) for n in names])
    return nodes, edges


@pytest.mark.parametrize(("count", "kinds"), [(61, 1), (5_000, 1), (300, 100), (20, 20)])
def test_much_is_put_together(count: int, kinds: int) -> None:
    """What is too much is put together, nothing is lost from the count, and the title says how much is shown."""
    nodes, edges = _wide(count, kinds)
    layout = lay_out(nodes, edges)
    assert len(layout.dots) <= MOST_NODES
    assert sum(dot.things for dot in layout.dots) == len(nodes) == layout.total
    assert sum(arrow.calls for arrow in layout.arrows) == len(edges)
    assert max(dot.place for dot in layout.dots) < MOST_IN_LAYER
    title = lineage_spec(layout)["title"]
    assert f"{layout.shown:,} of {len(nodes):,} things each by itself" in title


def test_the_thiefs_stay_apart_longest() -> None:
    """Of a layer with too much, the workload's things are put together before the thief's."""
    nodes, edges = _wide(40, 40)
    nodes.loc[nodes["id"].isin(["N37", "N38"]), "party"] = "thief"
    alone = {dot.label for dot in lay_out(nodes, edges).dots if dot.things == 1}
    assert {"N37", "N38"} <= alone


def test_long_chain_is_folded_at_its_end() -> None:
    """A chain of hundreds of steps is drawn to the last layer, the rest as one; each call is still counted."""
    names = ["i-1", *[f"K{number}" for number in range(500)]]
    nodes = _nodes(*[(name, "access_key", name, "thief") for name in names[1:]])
    edges = _edges(*[(a, b, "AssumeRole", "thief", None) for a, b in pairwise(names)])
    layout = lay_out(nodes, edges)
    assert [dot.layer for dot in layout.dots] == list(range(MOST_LAYERS))
    assert layout.dots[-1].things == 501 - (MOST_LAYERS - 1)


def test_order_changes_nothing_drawn() -> None:
    """Edges in another order give the same dots in the same places."""
    nodes, edges = _wide(30, 30)
    assert lay_out(nodes, edges).dots == lay_out(nodes, edges.iloc[::-1]).dots


def test_hostile_names_are_data() -> None:
    """A name breaks out of nothing, hides nothing, and is cut."""
    nodes = _nodes(("K", "access_key", HOSTILE, "thief"), ("U", "user", "u" * 500, HOSTILE))
    edges = _edges(("i-1", "K", HOSTILE, "thief", None), ("K", "U", "CreateUser", HOSTILE, None))
    markup = lineage_chart(nodes, edges, HOSTILE)
    assert markup is not None
    page = Page(markup)
    assert [tag for tag, _ in page.tags] == ["img"]
    named = dict(page.tags[0][1])
    assert named["src"].startswith("data:image/svg+xml;base64,")
    drawn = base64.b64decode(named["src"].partition(",")[2]).decode()
    assert "<script" not in drawn
    assert "<img" not in drawn
    spec = lineage_spec(lay_out(nodes, edges))
    names = [point["name"] for point in spec["layer"][1]["data"]["values"]]
    assert not any("\u202e" in name or len(name) > 80 for name in names)


def test_vega_draws_it() -> None:
    """Vega takes the specification and draws the words."""
    import vl_convert

    spec = lineage_spec(lay_out(NODES, EDGES))
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert all(word in svg for word in ("backdoor", "CreateUser (refused)", "user · thief"))
