"""Plays a scenario in this process, and gives all that it left; as a program, prints it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.catalogue import stage_scenario
from gdkit.simulator.server import running

if TYPE_CHECKING:
    from gdkit.simulator.scenarios.staged import Staged

ENDS = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Played:
    """What a scenario left.

    Attributes:
        records: every record of CloudTrail, data events too, in order.
        findings: every finding of every account and region, as GuardDuty gives it.
        issued: every credential that was issued.
    """

    staged: Staged
    records: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    issued: list[Any]
    clock: tuple[datetime, datetime]


def play(name: str, seed: int) -> Played:
    """Play a scenario that ends at a fixed time."""
    accounts = Accounts(seed)
    records: list[dict[str, Any]] = []
    observe = accounts.detector.observe

    def keep(record: dict[str, Any]) -> None:
        records.append(record)
        observe(record)

    accounts.detector.observe = keep  # type: ignore[method-assign]
    with running(accounts) as simulator:
        staged = stage_scenario(simulator, name, seed, ENDS)
        first = accounts.clock.now()
        findings = [finding for account_id in (staged.account_id, staged.second_account_id)
                    for finding in _findings(accounts, account_id, staged.region)]  # fmt: skip
        issued = list(accounts.credentials._issued.values())
        return Played(staged, records, findings, issued, (first, accounts.clock.now()))


def _findings(accounts: Accounts, account_id: str, region: str) -> list[dict[str, Any]]:
    ask = accounts.perform
    found: list[dict[str, Any]] = []
    for detector in ask(account_id, region, "guardduty", "ListDetectors")["DetectorIds"]:
        ids = ask(account_id, region, "guardduty", "ListFindings", DetectorId=detector)["FindingIds"]
        if ids:
            found += ask(account_id, region, "guardduty", "GetFindings", DetectorId=detector, FindingIds=ids)[
                "Findings"
            ]
    return found


def summary(played: Played) -> dict[str, Any]:
    """Give all of a play that must be the same in every run."""
    return {
        "records": played.records,
        "findings": played.findings,
        "truth": played.staged.truth(),
        "keys": [issued.access_key_id for issued in played.issued],
        "secrets": [issued.secret_access_key for issued in played.issued],
    }


if __name__ == "__main__":
    json.dump(summary(play(sys.argv[1], int(sys.argv[2]))), sys.stdout, sort_keys=True, default=str)
