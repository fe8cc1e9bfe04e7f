"""What a credential theft did: reached, changed, left behind, and was refused.

``impact_of`` judges the calls of a session; ``capabilities_of`` reads what the role's policies would have let it do.
Nothing here calls AWS.
"""

from gdkit.analysis.impact.capabilities import Capabilities, capabilities_of
from gdkit.analysis.impact.impact import Impact, impact_of
from gdkit.analysis.impact.technique_table import ATTACK_VERSION

__all__ = ["ATTACK_VERSION", "Capabilities", "Impact", "capabilities_of", "impact_of"]
