"""What a credential theft did: everything that the session's calls tell of it, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdkit.analysis.impact.access import actions_frame, levels_frame
from gdkit.analysis.impact.calls import Call, calls_of, suspect_events
from gdkit.analysis.impact.data import DATA_NOTE, SIZE_NOTE, data_frame
from gdkit.analysis.impact.data_table import REACHES
from gdkit.analysis.impact.denied import denied_frame
from gdkit.analysis.impact.money import COSTS, costs_frame
from gdkit.analysis.impact.persistence import persistence_calls_frame, persistence_frame
from gdkit.analysis.impact.persistence_table import PERSISTING
from gdkit.analysis.impact.reached import resources_frame
from gdkit.analysis.impact.still_exists import still_exists_frame
from gdkit.analysis.impact.tamper import TAMPERING, tamper_frame
from gdkit.analysis.impact.technique_table import ATTACK_VERSION
from gdkit.analysis.impact.techniques import techniques_frame

if TYPE_CHECKING:
    from collections.abc import Collection, Container

    import pandas as pd

NOTES = (
    DATA_NOTE,
    SIZE_NOTE,
    f"Techniques are of MITRE ATT&CK version {ATTACK_VERSION}: what a call can serve, not what it was for.",
    "The theft itself, by the metadata service (T1552.005, Unsecured Credentials: Cloud Instance Metadata API), leaves "
    "no CloudTrail event.",
    "Prices are not in the logs: what costs money is counted, not valued.",
    "A thing that was left behind is listed as the log tells it; whether it still exists is asked of AWS. What was not "
    "checked may still be there.",
)
"""What a reader of the result must know."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What the calls of a leaked session did.

    The thief's calls count; what nobody is proven to have done stands apart by ``party`` where a table has it; the
    workload's calls are in none of them.

    Attributes:
        levels: ``tables.ACCESS_LEVELS``, the thief's calls.
        actions: ``tables.ACTIONS``.
        techniques: ``tables.TECHNIQUES``, the thief's calls.
        data: ``tables.DATA_REACHED``.
        costs: ``tables.COSTS``.
        persistence: ``tables.PERSISTENCE``, with what is asked of AWS left missing.
        persistence_calls: ``tables.PERSISTENCE_CALLS``, those that were refused or failed too.
        tamper: ``tables.TAMPER``.
        denied: ``tables.DENIED_CALLS``.
        resources: ``tables.RESOURCES_REACHED``, the thief's calls.
        denied_calls: calls of the thief that were refused for want of permission.
        notes: what a reader must know.
    """

    levels: pd.DataFrame
    actions: pd.DataFrame
    techniques: pd.DataFrame
    data: pd.DataFrame
    costs: pd.DataFrame
    persistence: pd.DataFrame
    persistence_calls: pd.DataFrame
    tamper: pd.DataFrame
    denied: pd.DataFrame
    resources: pd.DataFrame
    denied_calls: int
    notes: tuple[str, ...] = NOTES

    @property
    def still_exists(self) -> pd.DataFrame:
        """``tables.STILL_EXISTS``: the things of ``persistence``, with what AWS said of them if it was asked."""
        return still_exists_frame(self.persistence)


def impact_of(events: pd.DataFrame, *, log_buckets: Collection[str] | None = None) -> Impact:
    """Judge what the calls of a session did.

    Args:
        events: ``tables.SESSION_EVENTS``.
        log_buckets: names of the buckets that hold logs, for ``tamper``; None where that is not known.

    Returns:
        The impact. Empty tables mean: none seen in what was searched.
    """
    suspects = suspect_events(events)
    calls = tuple(calls_of(suspects, {*REACHES, *COSTS, *PERSISTING, *TAMPERING}))
    persisting = _of(calls, PERSISTING)
    actions = actions_frame(suspects)
    denied = denied_frame(suspects)
    refused = denied[(denied["party"] == "thief") & (denied["outcome"] == "refused")]
    return Impact(
        levels=levels_frame(actions),
        actions=actions,
        techniques=techniques_frame(suspects),
        data=data_frame(_of(calls, REACHES)),
        costs=costs_frame(_of(calls, COSTS)),
        persistence=persistence_frame(persisting),
        persistence_calls=persistence_calls_frame(persisting),
        tamper=tamper_frame(_of(calls, TAMPERING), log_buckets),
        denied=denied,
        resources=resources_frame(suspects),
        denied_calls=int(refused["calls"].sum()),
    )


def _of(calls: tuple[Call, ...], operations: Container[str]) -> list[Call]:
    return [call for call in calls if call.operation in operations]
