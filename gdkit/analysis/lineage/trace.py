"""Step by step from the leaked session to everything that grew from it, to any depth and in no circle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gdkit import tables
from gdkit.analysis.lineage.graph import edges_of, nodes_of
from gdkit.analysis.lineage.issues import asked_in, console_grants, frame_of_grants, hop_rows, key_grants
from gdkit.analysis.lineage.links import failed_sign_in, issue_links, sign_in_links, thing_links
from gdkit.analysis.lineage.making import made_in, thing_grants
from gdkit.analysis.lineage.reach import past_their_end, positions_of, reached, trail_of
from gdkit.analysis.lineage.rules import decide, places_of

if TYPE_CHECKING:
    from gdkit.analysis.lineage.reach import Trail
    from gdkit.analysis.lineage.rules import Places
    from gdkit.analysis.session import SessionEvents


@dataclass(frozen=True, slots=True)
class Lineage:
    """The session's own calls and those that grew from it, with who made each, and the events that link them.

    Attributes:
        events: ``tables.SESSION_EVENTS``; ``hop`` is 0 in the leaked session.
        hops: ``tables.HOPS``, by time: credentials that were issued, and tries.
        nodes: ``tables.LINEAGE_NODES``: the leaked session first, then by hop, kind and id.
        edges: ``tables.LINEAGE_EDGES``, by time.
    """

    events: pd.DataFrame
    hops: pd.DataFrame
    nodes: pd.DataFrame
    edges: pd.DataFrame


@dataclass(slots=True)
class _Walk:
    """What is known so far: which events are taken, whose each is, and what was found at each hop."""

    taken: np.ndarray[Any, np.dtype[np.bool_]]
    party_of: pd.Series
    levels: list[pd.DataFrame] = field(default_factory=list)
    hops: list[pd.DataFrame] = field(default_factory=list)
    links: list[pd.DataFrame] = field(default_factory=list)
    grants: list[pd.DataFrame] = field(default_factory=list)


def trace_lineage(events: pd.DataFrame, found: SessionEvents, attributed: pd.DataFrame) -> Lineage:
    """Follow what the session's calls issued, made and changed, and what came of that, to any depth.

    Credentials are followed whoever asked for them. What else was made, and what was changed, is followed where the
    thief or nobody proven did it, and only to later calls. An event is taken once, at the fewest steps from the
    session, so that sessions which assume one another cannot run in a circle. Calls that failed are kept as tries. What
    a principal did after all that is known to have been issued to it had ended is taken last, as nobody's.

    Args:
        events: ``tables.EVENTS``, the whole trail.
        found: the leaked session.
        attributed: party, rule and evidence of its calls, from ``attribution.attribute``.

    Source: STS API Reference, AssumeRole, Credentials; IAM API Reference, CreateAccessKey; CloudTrail User Guide,
    sharedEventID and userIdentity.
    """
    trail = trail_of(events)
    root = found.session.instance_id or found.session.principal_id or "session"
    own = _own_calls(trail, events, attributed, root)
    walk = _Walk(np.zeros(len(events), dtype=bool), pd.Series(index=trail.events.index, dtype="str"))
    given = trail.events[found.issued.to_numpy()]
    walk.hops.append(hop_rows(given, hop=0))
    walk.links.append(issue_links(given.assign(node=root, party=None), hop=0))
    level, places = own, places_of(own)
    while len(level):
        _take(walk, trail, level)
        grants = _step(walk, trail, level, found.access_key_ids)
        walk.grants.append(grants)
        level = _next(trail, grants, walk.taken, places)
        if level.empty:
            level = _next(trail, past_their_end(pd.concat(walk.grants)), walk.taken, places)
    calls = pd.concat([part[~part["quiet"]] for part in walk.levels] or [own])
    links = pd.concat(walk.links, ignore_index=True)
    edges = edges_of(links, calls, root)
    return Lineage(
        events=_stack(tables.SESSION_EVENTS, [calls]),
        hops=_stack(tables.HOPS, walk.hops),
        nodes=nodes_of(edges, links, calls, found, root),
        edges=_stack(tables.LINEAGE_EDGES, [edges]),
    )


def _own_calls(trail: Trail, events: pd.DataFrame, attributed: pd.DataFrame, root: str) -> pd.DataFrame:
    """Give the leaked session's own calls, each with the node that it was made through: its key."""
    position = events.index.get_indexer(attributed.index)
    own = trail.events.iloc[position].join(attributed.set_axis(position)[["party", "rule", "evidence"]])
    return own.assign(hop=0, node=own["access_key_id"].fillna(root), quiet=False)


def _take(walk: _Walk, trail: Trail, level: pd.DataFrame) -> None:
    """Mark a hop's calls as found, and with them the other accounts' records of the same calls."""
    walk.levels.append(level)
    walk.taken[level.index] = True
    walk.party_of.iloc[level.index] = level["party"].to_numpy()
    shared = level["shared_event_id"].dropna()
    position, number = positions_of(trail, "shared_event_id", shared)
    other = ~walk.taken[position]
    walk.taken[position] = True
    walk.party_of.iloc[position[other]] = level.loc[shared.index, "party"].to_numpy()[number[other]]


def _step(walk: _Walk, trail: Trail, level: pd.DataFrame, own_keys: tuple[str, ...]) -> pd.DataFrame:
    """Write down what a hop's calls issued, made and changed, and give what leads on from it."""
    asked, made = asked_in(level), made_in(level)
    walk.hops.append(hop_rows(asked, hop=asked["hop"] + 1))
    walk.links += [issue_links(asked, hop=asked["hop"] + 1), thing_links(made),
                   sign_in_links(level, hop=level["hop"] + 1)]  # fmt: skip
    followed = asked[asked["error_code"].isna()]
    parts = [
        key_grants(followed, trail, walk.party_of, own_keys),
        console_grants(followed, trail, walk.party_of),
        thing_grants(made),
    ]
    return pd.concat([part for part in parts if len(part)] or [frame_of_grants([])], ignore_index=True)


def _next(
    trail: Trail, grants: pd.DataFrame, taken: np.ndarray[Any, np.dtype[np.bool_]], places: Places
) -> pd.DataFrame:
    if grants.empty:
        return trail.events[:0]
    calls = reached(trail, grants, taken)
    guessed = failed_sign_in(calls).notna()  # anybody can try a password
    return decide(calls.assign(strength=calls["strength"].mask(guessed, "changed")), places)


def _stack(table: tables.Table, parts: list[pd.DataFrame]) -> pd.DataFrame:
    full = [tables.typed(part[list(table.names)], tables.dtypes(table)) for part in parts if len(part)]
    if not full:
        return tables.frame(table, {})
    order = [name for name in ("event_at", "event_id", "to", "to_key", "from") if name in table.names]
    return pd.concat(full).sort_values(order, kind="stable", ignore_index=True)
