"""CloudTrail in, from files of any form; one table of events out, with a ledger of what was and was not read."""

from gdkit.trail.load import Progress, Trail, load_trail
from gdkit.trail.sources import Source

__all__ = ["Progress", "Source", "Trail", "load_trail"]
