"""Who made each call of the leaked session: the thief, the instance's own workload, or unknown.

The rules stand in ``rules.RULES`` in the order in which they are asked; the first that holds decides. What no rule
proves stays unknown: a guess shown as a fact would cost more than an open question. A call that a thief makes on the
instance itself, or from behind the same way out, cannot be told from the workload's by any log.

Nothing here depends on the order of events, on duplicates or on the source they came from.
"""

from gdkit.analysis.attribution.decide import attribute

__all__ = ["attribute"]
