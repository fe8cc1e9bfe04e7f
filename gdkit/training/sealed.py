"""The envelope in which an exercise keeps which incident it is, so that nobody reads it by accident.

It is closed and not locked: the incident must be staged anew from it after the machine was switched off, without a key.
Who wants to open it can, and cheats himself.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from random import Random

from gdkit.errors import CaseError

ABOUT_FILE = "exercise.json"
"""Holds the envelope, in the case's folder of the exercise."""

SCENARIOS = ("theft", "onprem", "hub", "inside", "same-account", "quiet")
"""Names of the scenarios, in the order in which one is drawn; a test holds them against the simulator's."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Which incident an exercise is about.

    Attributes:
        scenario: its name.
        seed: its variant.
        ends_at: when it ended, which is when the exercise began; aware.
    """

    scenario: str
    seed: int
    ends_at: datetime


def drawn_scenario(seed: int) -> str:
    """Give the scenario that a seed draws."""
    return Random(f"exercise {seed}").choice(SCENARIOS)  # noqa: S311 - a draw for a play


def seal(incident: Incident) -> str:
    """Put an incident into the envelope: compressed and in base64."""
    document = {**asdict(incident), "ends_at": incident.ends_at.isoformat()}
    return base64.b64encode(zlib.compress(json.dumps(document).encode())).decode()


def unseal(text: str) -> Incident:
    """Open the envelope.

    Raises:
        CaseError: it is damaged.
    """
    try:
        document = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
        ends_at = datetime.fromisoformat(document["ends_at"])
        return Incident(str(document["scenario"]), int(document["seed"]), ends_at)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise CaseError("what says which incident this is was changed and cannot be read", where=ABOUT_FILE,
                        action="begin another exercise in a new folder") from error  # fmt: skip
