"""Resources that the thief's successful calls name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit import tables

if TYPE_CHECKING:
    import pandas as pd

_ARN = re.compile(r"arn:[a-z0-9-]+:(?P<service>[a-z0-9.-]+):[a-z0-9-]*:(?P<account>\d{12}|aws)?:\S.*")


def resources_frame(suspects: pd.DataFrame) -> pd.DataFrame:
    """Give ``tables.RESOURCES_REACHED``, by ARN.

    Bare names, which look-ups and some services give, say neither what nor whose they are: they are left out.

    Args:
        suspects: what ``suspect_events`` gave; only the thief's successful calls count.
    """
    thief = suspects[(suspects["party"] == "thief") & (suspects["outcome"] == "succeeded")]
    named = thief.loc[thief["resources"].notna(), ["resources", "event_at", "event_name"]]
    named = named.assign(arn=named["resources"].str.split("\n")).explode("arn")
    named = named[named["arn"].astype("str").str.startswith("arn:")]
    named = named.assign(arn=named["arn"].astype("str"), event_name=named["event_name"].fillna(""))
    counted = named.groupby("arn", sort=True).agg(
        events=("event_name", "size"), first_at=("event_at", "min"), last_at=("event_at", "max")
    )
    names: dict[str, set[str]] = {}
    for arn, name in named[["arn", "event_name"]].drop_duplicates().itertuples(index=False, name=None):
        names.setdefault(arn, set()).add(name)
    rows = []
    for found in tables.rows_of(counted.reset_index()):
        parts = _ARN.fullmatch(found["arn"])
        if parts:
            how = "\n".join(sorted(names[found["arn"]] - {""}))
            rows.append({**found, "service": parts["service"], "account_id": parts["account"], "how": how or None})
    return tables.frame_of_rows(tables.RESOURCES_REACHED, rows)
