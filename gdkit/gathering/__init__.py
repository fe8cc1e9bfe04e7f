"""Gathering: what AWS and the log files hold about a session, brought into the case folder."""

from gdkit.gathering.access import enter_world, open_aws
from gdkit.gathering.environment import (
    gather_environment,
    surroundings_of,
    with_existence_checked,
    with_gaps,
    with_own_addresses,
)
from gdkit.gathering.events import gather_events
from gdkit.gathering.holdings import gather_holdings
from gdkit.gathering.home import home_of
from gdkit.gathering.keep import keep_scope
from gdkit.gathering.origin import OriginInputs, judge_origin, keep_log_evidence
from gdkit.gathering.regions import with_regions
from gdkit.gathering.tellers import Tellers

__all__ = [
    "OriginInputs",
    "Tellers",
    "enter_world",
    "gather_environment",
    "gather_events",
    "gather_holdings",
    "home_of",
    "judge_origin",
    "keep_log_evidence",
    "keep_scope",
    "open_aws",
    "surroundings_of",
    "with_existence_checked",
    "with_gaps",
    "with_own_addresses",
    "with_regions",
]
