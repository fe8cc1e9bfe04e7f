"""The lineage depends on nothing but what the events say: no order, no copies, no number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gdkit import tables
from gdkit.analysis.lineage import CHAINED_BY, CHAINED_RULES, Lineage
from gdkit.model import Subject
from tests.analysis.lineage.made import (
    AGENTS,
    ELSEWHERE,
    by_user,
    create_role,
    create_user,
    made,
    session,
    sign_in,
    user,
)
from tests.analysis.lineage.traced import traced, traced_in
from tests.analysis.records import (
    APP_CLIENT,
    KEY,
    NAT,
    PRINCIPAL,
    THIEF,
    THIEF_2,
    THIEF_CLIENT,
    assume_role,
    chained,
    events_of,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path

FRAMES = ("events", "hops", "nodes", "edges")


def _story() -> list[dict[str, Any]]:
    """Give a theft in which much grows, some of it by two ways and some at one instant."""
    hop = chained(20, THIEF_2, "x")
    return [
        *AGENTS,
        assume_role(10, THIEF, THIEF_CLIENT), assume_role(10, NAT, APP_CLIENT, eventID="workloads"), hop,
        assume_role(21, THIEF_2, "x", new_key="ASIAEXAMPLETHIRD0001", who=hop["userIdentity"]),
        chained(30, ELSEWHERE, "x", key="ASIAEXAMPLETHIRD0001"),
        create_user(11), by_user(22), sign_in(23, user(key=None)), sign_in(25, user(key=None), result="Failure"),
        create_role(12), made(12, "iam", "UpdateLoginProfile", {"userName": "kim"}), sign_in(24, user("kim", None)),
        made(13, "lambda", "CreateFunction20150331", {"functionName": "fn", "role": "backdoor-role"}),
        session(31, "fn", role="backdoor-role", role_id="AROAEXAMPLEBACKDOOR1"),
        made(14, "iam", "CreateUser", {"userName": "x"}, errorCode="AccessDenied"), record(40, NAT, APP_CLIENT),
    ]  # fmt: skip


def _same(one: Lineage, other: Lineage) -> None:
    columns = {"events": [name for name in tables.SESSION_EVENTS.names if name not in ("source_line", "record_number")]}
    for name in FRAMES:
        pair = [getattr(lineage, name) for lineage in (one, other)]
        shown = columns.get(name, list(pair[0].columns))
        pd.testing.assert_frame_equal(pair[0][shown], pair[1][shown])


@pytest.mark.parametrize("seed", range(4))
def test_order_of_events_changes_nothing(seed: int, tmp_path: Path) -> None:
    """Events in any order give the same calls, hops, nodes and edges."""
    events = events_of(tmp_path, _story())
    assert len(events) == len(_story())
    _same(traced_in(events), traced_in(events.sample(frac=1, random_state=seed)))


def test_copies_change_nothing(tmp_path: Path) -> None:
    """A trail that holds each record twice gives the same lineage."""
    _same(traced(tmp_path, _story()), traced(tmp_path, _story() * 2))


def test_frames_are_of_their_tables(tmp_path: Path) -> None:
    """Every frame has its table's columns and types, where nothing was found too."""
    declared = (tables.SESSION_EVENTS, tables.HOPS, tables.LINEAGE_NODES, tables.LINEAGE_EDGES)
    empty = traced_in(tables.frame(tables.EVENTS, {}), Subject(principal_id=PRINCIPAL, access_key_id=KEY))
    for lineage in (traced(tmp_path, _story()), empty):
        for name, table in zip(FRAMES, declared, strict=True):
            frame = getattr(lineage, name)
            assert {column: str(kind) for column, kind in frame.dtypes.items()} == tables.dtypes(table)
    assert list(empty.nodes["id"]) == ["i-0123456789abcdef0", KEY]


def test_graph_hangs_together(tmp_path: Path) -> None:
    """Every end of an edge is a node, every node but the root can be reached, and every edge names its event."""
    lineage = traced(tmp_path, _story())
    nodes, edges = lineage.nodes, lineage.edges
    assert nodes["id"].is_unique
    assert {*edges["from"], *edges["to"]} == set(nodes["id"])
    assert set(nodes["id"]) - set(edges["to"]) == {nodes["id"][0]}
    assert edges["event_id"].notna().all()
    assert nodes["kind"][0] == "instance"
    assert pd.isna(nodes["party"][0])
    assert nodes["events"].sum() == len(lineage.events)


def test_rules_stay_known(tmp_path: Path) -> None:
    """Every rule that decided is declared with its party, and the old ones still mean what they meant."""
    events = traced(tmp_path, _story()).events
    grown = events[events["hop"] > 0]
    assert {(CHAINED_RULES[rule][0], party) for rule, party in zip(grown["rule"], grown["party"], strict=True)} <= {
        ("thief", "thief"), ("unknown", "unknown"), ("workload", "workload")
    }  # fmt: skip
    assert {party: (whose, rule) for party, (whose, rule, _) in CHAINED_BY.items()} == {
        "thief": ("thief", "chained_by_thief"),
        "workload": ("unknown", "chained_by_workload"),
        "unknown": ("unknown", "chained_by_unknown"),
    }


def _many(count: int, hops: int) -> pd.DataFrame:
    """Give a chain of sessions with many calls each: a key issues the next one at its first call."""
    rows = []
    for number in range(count):
        hop = number * (hops + 1) // count
        key = KEY if hop == 0 else f"ASIAEXAMPLEHOP{hop:06d}"
        first = number == -(-hop * count // (hops + 1))
        rows.append({
            "event_id": f"e{number:07d}", "event_at": pd.Timestamp("2026-11-01T07:00Z") + pd.Timedelta(seconds=number),
            "event_name": "AssumeRole" if first else "GetObject",
            "event_source": "sts.amazonaws.com" if first else "s3.amazonaws.com",
            "access_key_id": key, "principal_id": PRINCIPAL if hop == 0 else f"AROAX{hop}:hop",
            "source_address": THIEF, "address_kind": "public", "user_agent": THIEF_CLIENT,
            "new_access_key_id": f"ASIAEXAMPLEHOP{hop + 1:06d}" if first else None,
            "new_principal_id": f"AROAX{hop + 1}:hop" if first else None,
        })  # fmt: skip
    return tables.frame_of_rows(tables.EVENTS, rows)


@pytest.mark.parametrize("hops", [3, 30])
def test_many_events_and_many_hops(hops: int) -> None:
    """Twenty thousand calls are traced to the last hop, a deep chain too."""
    events = _many(20_000, hops)
    lineage = traced_in(events)
    assert len(lineage.events) == 20_000
    assert lineage.events["hop"].max() == hops
    assert set(lineage.events["party"]) == {"thief"}
