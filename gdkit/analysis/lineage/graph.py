"""The lineage as a graph: nodes with whose each is, and edges that are events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gdkit import tables
from gdkit.analysis.lineage.links import first_uses

if TYPE_CHECKING:
    from gdkit.analysis.session import SessionEvents

SERIOUS = ("workload", "unknown", "thief")
"""Parties, the most serious last: a thing is as serious as the most serious use of it."""


def edges_of(links: pd.DataFrame, calls: pd.DataFrame, root: str) -> pd.DataFrame:
    """Give the edges: each link once, and one to each key of the session whose issue was not seen."""
    every = pd.concat([links, first_uses(calls, links, root)], ignore_index=True)
    apart = every[every["from"] != every["to"]]
    return apart.drop_duplicates(["from", "to", "event_id", "kind"])


def nodes_of(
    edges: pd.DataFrame, links: pd.DataFrame, calls: pd.DataFrame, found: SessionEvents, root: str
) -> pd.DataFrame:
    """Give the nodes: the root, the session's keys, and all that the edges name.

    Args:
        edges: from ``edges_of``; they also say what is known of what they lead to.
        links: all links, those from a thing to itself too.
        calls: every call with ``node``, ``party``.
        found: the leaked session.
        root: id of its node.
    """
    known = pd.concat([edges, links]).sort_values(["hop", "event_at", "event_id", "to_label"])
    first = known.drop_duplicates("to").set_index("to")
    told = pd.DataFrame({"kind": first["to_kind"], "label": first["to_label"], "account_id": first["to_account"],
                         "hop": first["hop"]})  # fmt: skip
    session, keys = found.session, [key for key in found.access_key_ids if key not in told.index]
    unseen = pd.DataFrame({"kind": "access_key", "label": keys, "account_id": session.account_id, "hop": 0}, index=keys)
    kind = "instance" if session.instance_id else "session"
    top = pd.DataFrame({"kind": kind, "label": session.role_name or root, "account_id": session.account_id, "hop": 0},
                       index=[root])  # fmt: skip
    nodes = pd.concat([top, unseen, told.drop(index=root, errors="ignore")])
    nodes["party"] = _parties(edges, calls).reindex(nodes.index)
    nodes.loc[root, "party"] = None
    nodes["events"] = calls["node"].value_counts().reindex(nodes.index).fillna(0)
    nodes = nodes.rename_axis("id").reset_index().assign(below=nodes.index != root)
    nodes = nodes.sort_values(["below", "hop", "kind", "id"], ignore_index=True)
    return tables.typed(nodes[list(tables.LINEAGE_NODES.names)], tables.dtypes(tables.LINEAGE_NODES))


def _parties(edges: pd.DataFrame, calls: pd.DataFrame) -> pd.Series:
    """Give the most serious party that made, changed or used each thing; of tries that failed where nothing else."""
    made = edges[edges["error_code"].isna() & (edges["kind"] != "first use")]
    tried = edges[edges["error_code"].notna()]
    uses = calls[["node", "party"]].rename(columns={"node": "to"})
    done = _most_serious(pd.concat([made[["to", "party"]], uses]))
    return done.combine_first(_most_serious(tried[["to", "party"]]))


def _most_serious(rows: pd.DataFrame) -> pd.Series:
    weight = rows["party"].map({party: number for number, party in enumerate(SERIOUS)})
    return weight.groupby(rows["to"]).max().dropna().map(dict(enumerate(SERIOUS)))
