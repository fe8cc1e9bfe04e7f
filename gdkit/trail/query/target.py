"""What is asked: a table or store, who runs queries on it, and what it is set up for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gdkit.model import NotSearched
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.query.engine import Engine
    from gdkit.trail.query.estimate import Measured
    from gdkit.trail.query.partitions import Role
    from gdkit.trail.query.places import LeftOut
    from gdkit.trail.query.rendering import Rendering


@dataclass(frozen=True, slots=True)
class Target:
    """A table, and all that is needed to put questions to it.

    Attributes:
        kind: of the source, as its plan file bears it.
        text: the source, as it was named.
        measure: tells what a question's queries would scan; None where that cannot be told.
        cutoff: bytes after which the work group ends a query; None where it has no such limit.
        needs: roles of which each query must name one value.
        home: accounts to ask about where a query must name one and the question names none.
        accounts: those that it is set up for; empty where that is not known.
        others: whether it may hold other accounts than these, and nothing tells which: they are asked for, and an
            answer without a record of them shows nothing.
        by_account: whether ``measure`` looks at the objects of a question's accounts alone.
        regions: those that it is set up for; empty where it is all of them, or not known.
        any_region: whether it is known that what is asked of a region would be in it.
        lacks: says why an account's region is not in it; empty where it is, or where that is not known.
        leaves_out: gives the spans of an account's events that are in none of its partitions, in their order.
        category: the one kind of event that it holds, such as ``Data``; None where it may hold any.
        doubts: says why nothing but a record of a region would tell that the region is in it; empty where that is
            known, or no region is claimed.
        with_data: accounts whose data events the source is known to hold.
        gaps: what it cannot show at all.
        warnings: what the reader must know of it.
    """

    kind: str
    text: str
    engine: Engine
    rendering: Rendering
    measure: Callable[[Question], Measured | None]
    cutoff: int | None = None
    needs: frozenset[Role] = frozenset()
    home: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    others: bool = False
    by_account: bool = False
    regions: tuple[str, ...] = ()
    any_region: bool = True
    lacks: Callable[[str | None, str | None], str] = lambda _account_id, _region: ""
    leaves_out: Callable[[str | None], Iterable[LeftOut]] = lambda _account_id: ()
    category: str | None = None
    doubts: Callable[[str], str] = lambda _region: ""
    with_data: tuple[str, ...] = ()
    gaps: tuple[NotSearched, ...] = ()
    warnings: tuple[str, ...] = ()
