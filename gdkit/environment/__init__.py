"""The environment of the leaked session: its instance, role, network and watchers, as AWS describes them now.

::

    questions (tables) ─→ collect ─→ Environment: documents by name, a ledger of what failed
                                     └─→ addresses, fleet, metadata, policies: pure functions over the documents
    probes (tables) ────→ persistence ─→ whether what the calls left behind still exists
"""

from __future__ import annotations

from gdkit.environment.collect import collect_environment
from gdkit.environment.fleet import fleet_rows
from gdkit.environment.metadata import metadata_options, metadata_use
from gdkit.environment.model import Document, Environment, OwnAddress, documents_of, evidence_records
from gdkit.environment.persistence import check_existence
from gdkit.environment.policies import role_boundary, role_policies, unread_policies

__all__ = [
    "Document",
    "Environment",
    "OwnAddress",
    "check_existence",
    "collect_environment",
    "documents_of",
    "evidence_records",
    "fleet_rows",
    "metadata_options",
    "metadata_use",
    "role_boundary",
    "role_policies",
    "unread_policies",
]
