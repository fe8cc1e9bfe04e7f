"""What grew from the leaked session: keys issued to it, sessions begun through it, and what its calls made."""

from gdkit.analysis.lineage.rules import CHAINED_BY, CHAINED_RULES
from gdkit.analysis.lineage.trace import Lineage, trace_lineage

__all__ = ["CHAINED_BY", "CHAINED_RULES", "Lineage", "trace_lineage"]
