"""The stages of an investigation, as notebooks call them: each is one call that gives one view.

A stage opens the case folder, does its part of the work, keeps what it found there, and returns what a person should
see. The same calls run live and headless.
"""

from gdkit.stages.calls import addresses, attribution, calls, chain, coverage, moments, session, timeline
from gdkit.stages.case import begin, conclusion, finding, first_page, integrity, verdict
from gdkit.stages.consequences import (
    capabilities,
    costs,
    credentials,
    data,
    fleet,
    impact,
    initial_access,
    left_behind,
    refused,
    still_exists,
    tamper,
)
from gdkit.stages.looks import checklist, choices, grown, imds, prevention, recheck, recovery, rules
from gdkit.stages.origin import address_history, benign_causes, classify, evidence, proposal
from gdkit.stages.pick import pick_finding
from gdkit.stages.response import response, response_order, step
from gdkit.stages.scope import environment, scope
from gdkit.stages.training import act, question, read_logs, score, tabletop

__all__ = [
    "act", "address_history", "addresses", "attribution", "begin", "benign_causes", "calls", "capabilities",
    "chain", "checklist", "choices", "classify", "conclusion", "costs", "coverage", "credentials", "data",
    "environment", "evidence", "finding", "first_page", "fleet", "grown", "imds", "impact", "initial_access",
    "integrity", "left_behind", "moments", "pick_finding", "prevention", "proposal", "question", "read_logs",
    "recheck", "recovery", "refused", "response", "response_order", "rules", "scope", "score", "session", "step",
    "still_exists", "tabletop", "tamper", "timeline", "verdict",
]  # fmt: skip
