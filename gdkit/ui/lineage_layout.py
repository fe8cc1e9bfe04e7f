"""Where each thing of a lineage stands in its picture: in layers from left to right, put together where too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdkit.ui.text import visible

if TYPE_CHECKING:
    import pandas as pd

MOST_NODES = 60
"""Things that a picture shows each by itself; of more, those alike are put together."""

MOST_IN_LAYER = 14
"""Things that stand one below the other; the others of a layer are put together."""

MOST_LAYERS = 7
"""Steps from left to right; what is further away is put together."""

SERIOUS = ("thief", "unknown", "workload", "")
"""Parties in the order in which they are kept apart; no party stands last."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One thing of the picture, or several put together.

    Attributes:
        id: of the thing, or one of its own where several are put together.
        kind: the thing's kind.
        label: its name, with nothing hidden in it and not long.
        party: thief, unknown, workload, or empty.
        layer: steps from the left.
        things: how many things it stands for.
        place: number in its layer from above.
    """

    id: str
    kind: str
    label: str
    party: str
    layer: int
    things: int = 1
    place: int = 0


@dataclass(frozen=True, slots=True)
class Arrow:
    """One or several calls of a kind that led from one dot to another."""

    begin: str
    end: str
    kind: str
    party: str
    refused: bool
    calls: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What is drawn: dots and arrows, and of how many things how many stand by themselves."""

    dots: tuple[Dot, ...]
    arrows: tuple[Arrow, ...]
    shown: int
    total: int


def lay_out(nodes: pd.DataFrame, edges: pd.DataFrame) -> Layout:
    """Place a lineage's things, putting together what is alike, too many or too far until a picture can hold it.

    Args:
        nodes: ``tables.LINEAGE_NODES``, the root first.
        edges: ``tables.LINEAGE_EDGES``.
    """
    links = list(dict.fromkeys(zip(edges["from"], edges["to"], strict=True)))
    dots = _dots(nodes, _layers(list(nodes["id"]), links))
    fold: dict[str, str] = {}
    for put_together in (_alike, _far, _crowded):
        dots, folded = put_together(dots, links)
        fold = {name: folded.get(fold.get(name, name), fold.get(name, name)) for name in {*fold, *folded}}
        links = [(folded.get(begin, begin), folded.get(end, end)) for begin, end in links]
    return Layout(_placed(dots, links), _arrows(edges, fold), sum(dot.things == 1 for dot in dots), len(nodes))


def _layers(ids: list[str], links: list[tuple[str, str]]) -> dict[str, int]:
    """Give each thing its fewest steps from the first; what nothing leads to stands beside the first's next."""
    following: dict[str, list[str]] = {}
    for begin, end in links:
        following.setdefault(begin, []).append(end)
    layers, front, steps = dict.fromkeys(ids[:1], 0), ids[:1], 0
    while front:
        steps += 1
        reached = dict.fromkeys(end for begin in front for end in following.get(begin, ()))
        front = [name for name in reached if name not in layers]
        layers |= dict.fromkeys(front, steps)
    return layers | {name: 1 for name in ids if name not in layers}


def _dots(nodes: pd.DataFrame, layers: dict[str, int]) -> list[Dot]:
    columns = (nodes[name].astype("object").where(nodes[name].notna(), "") for name in ("id", "kind", "label", "party"))
    return [
        Dot(name, visible(kind, 30), visible(label, 40), party if party in SERIOUS else "", layers[name])
        for name, kind, label, party in zip(*columns, strict=True)
    ]


def _together(groups: dict[tuple[object, ...], list[Dot]], all_dots: list[Dot]) -> tuple[list[Dot], dict[str, str]]:
    """Make one dot of each group of several; give all dots and what went into which."""
    folded: dict[str, str] = {}
    made = []
    for dots in groups.values():
        things = sum(dot.things for dot in dots)
        if len(dots) < 2:
            continue
        kinds = {dot.kind for dot in dots}
        kind = kinds.pop() if len(kinds) == 1 else "thing"
        party = min((dot.party for dot in dots), key=SERIOUS.index)
        label = f"{things:,} of kind {kind}"
        together = replace(dots[0], id=f"{dots[0].id} +{things}", kind=kind, label=label, party=party, things=things)
        folded |= {dot.id: together.id for dot in dots}
        made.append(together)
    return [dot for dot in all_dots if dot.id not in folded] + made, folded


def _alike(dots: list[Dot], links: list[tuple[str, str]]) -> tuple[list[Dot], dict[str, str]]:
    """Put together what came from one thing, is of one kind and party, and led nowhere; only where there is much."""
    if len(dots) <= MOST_NODES and max(Counter(dot.layer for dot in dots).values()) <= MOST_IN_LAYER:
        return dots, {}
    begins, parents = {begin for begin, _ in links}, {end: begin for begin, end in reversed(links)}
    groups: dict[tuple[object, ...], list[Dot]] = {}
    for dot in dots:
        if dot.id not in begins and dot.layer:
            groups.setdefault((parents.get(dot.id), dot.kind, dot.party, dot.layer), []).append(dot)
    return _together(groups, dots)


def _far(dots: list[Dot], links: list[tuple[str, str]]) -> tuple[list[Dot], dict[str, str]]:
    """Put together, for each party, what is too many steps away."""
    groups: dict[tuple[object, ...], list[Dot]] = {}
    for dot in dots:
        if dot.layer >= MOST_LAYERS - 1:
            groups.setdefault((dot.party,), []).append(replace(dot, layer=MOST_LAYERS - 1))
    return _together(groups, [replace(dot, layer=min(dot.layer, MOST_LAYERS - 1)) for dot in dots])


def _crowded(dots: list[Dot], links: list[tuple[str, str]]) -> tuple[list[Dot], dict[str, str]]:
    """Put together, in each layer with too much, what is least serious and least in number."""
    groups: dict[tuple[object, ...], list[Dot]] = {}
    for layer in {dot.layer for dot in dots}:
        here = sorted((dot for dot in dots if dot.layer == layer), key=lambda dot: SERIOUS.index(dot.party))
        if len(here) > MOST_IN_LAYER:
            groups[(layer,)] = here[MOST_IN_LAYER - 1 :]
    return _together(groups, dots)


def _placed(dots: list[Dot], links: list[tuple[str, str]]) -> tuple[Dot, ...]:
    """Order each layer so that things stand near what they came from."""
    above = {end: begin for begin, end in reversed(links)}
    place: dict[str, int] = {}
    placed = []
    for layer in sorted({dot.layer for dot in dots}):
        here = [dot for dot in dots if dot.layer == layer]
        here.sort(key=lambda dot: (place.get(above.get(dot.id, ""), 0), SERIOUS.index(dot.party), dot.kind, dot.id))
        place |= {dot.id: number for number, dot in enumerate(here)}
        placed += [replace(dot, place=number) for number, dot in enumerate(here)]
    return tuple(placed)


def _arrows(edges: pd.DataFrame, fold: dict[str, str]) -> tuple[Arrow, ...]:
    """Put calls of one kind between the same two dots together."""
    party = edges["party"].astype("object").where(edges["party"].notna(), "")
    rows = zip(edges["from"], edges["to"], edges["kind"].fillna(""), party, edges["error_code"].notna(), strict=True)
    counted = Counter(
        (fold.get(a, a), fold.get(b, b), visible(kind, 40), who, bool(no)) for a, b, kind, who, no in rows
    )
    return tuple(Arrow(*about, calls) for about, calls in counted.items() if about[0] != about[1])
