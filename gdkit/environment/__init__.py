"""The environment of the leaked session: its instance, role, network and watchers, as AWS describes them now.

::

    questions (tables) ─→ collect ─→ Environment: documents by name, a ledger of what failed
                                     └─→ addresses: pure functions over the documents
"""

from __future__ import annotations

from gdkit.environment.collect import collect_environment
from gdkit.environment.model import Document, Environment, OwnAddress, evidence_records

__all__ = ["Document", "Environment", "OwnAddress", "collect_environment", "evidence_records"]
