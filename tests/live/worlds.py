"""Simulated accounts with a staged scenario, and whole investigations of them as a responder makes them."""

from __future__ import annotations

import gzip
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding, subject_of_text
from gdkit.aws import AwsAccess, open_read_only
from gdkit.case.evidence import load_table
from gdkit.case.folder import CaseFolder, start_case
from gdkit.case.results import load_result
from gdkit.findings.api import open_findings
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.catalogue import stage_scenario
from gdkit.simulator.server import Simulator, in_environment, running
from gdkit.trail.named import needs_aws

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from gdkit.model import Finding, NotSearched, Subject
    from gdkit.simulator.faults import FaultRule
    from gdkit.simulator.scenarios.staged import Staged

SILENT = frozenset({"same-account", "quiet"})
"""Scenarios in which GuardDuty has nothing to report."""


@dataclass(frozen=True, slots=True)
class World:
    """A running simulator with what was staged in it; this process is tied to it."""

    simulator: Simulator
    staged: Staged

    @property
    def accounts(self) -> Accounts:
        """The simulated world."""
        return self.simulator.accounts

    def access(self, *regions: str) -> AwsAccess:
        """Give how the analyst reaches it."""
        return AwsAccess(member_role=self.staged.member_role, regions=regions)

    def findings(self, *regions: str) -> list[Finding]:
        """Fetch the findings of the session that the scenario is about, oldest first; all regions if none is named."""
        found = open_findings(open_read_only(self.access()), archived=True, regions=regions).findings
        mine = [one for one in found if one.principal_id == self.staged.principal_id]
        return sorted(mine, key=lambda one: (str(one.created_at), one.id))

    def subject(self, *regions: str) -> Subject:
        """Give what an investigation starts from: the first finding, else the session's principal id."""
        findings = self.findings(*regions)
        if findings:
            return subject_of_finding(findings[0], findings)
        subject = subject_of_text(self.staged.principal_id)
        assert subject is not None
        return subject

    @contextmanager
    def faulty(self, *rules: FaultRule) -> Iterator[None]:
        """Let these faults happen as long as the block lasts."""
        self.accounts.faults.set(rules)
        try:
            yield
        finally:
            self.accounts.faults.set(())


@contextmanager
def staged_world(scenario: str, seed: int, *, lookups_per_s: float | None = None) -> Iterator[World]:
    """Stage a scenario, and tie this process to it; one at a time, for moto has one state."""
    with running(Accounts(seed, lookups_per_s=lookups_per_s)) as simulator:
        staged = stage_scenario(simulator, scenario, seed)
        with in_environment(simulator.environment(staged.analyst, staged.responder)):
            yield World(simulator, staged)


@dataclass(frozen=True, slots=True)
class Investigated:
    """A case whose session was looked up, and what the case says of it."""

    case: CaseFolder

    @property
    def result(self) -> dict[str, Any]:
        """What ``result.json`` holds."""
        return load_result(self.case)

    @property
    def events(self) -> pd.DataFrame:
        """The calls of the session and of those chained from it."""
        return load_table(self.case, "session_events")

    @property
    def answer(self) -> dict[str, Any]:
        """What the case concludes, without what a gap or another run of it changes."""
        result = self.result
        names = ("finding", "session", "events", "attribution", "lineage", "impact", "initial_access")
        for thing in (*result["impact"]["persistence"], *result["impact"]["still_exists"]):
            del thing["checked_at"]  # the second in which it was asked
        return {name: result[name] for name in names}

    @property
    def failed(self) -> list[str]:
        """What was to be searched and could not be."""
        gaps = self.result["coverage"]["not_searched"]
        return [f"{gap['what']}: {gap['reason']}" for gap in gaps if gap["failed"]]

    def ids(self, party: str) -> set[str]:
        """Give the ids of the calls that the case calls a party's."""
        events = self.events
        return set(events.loc[events["party"] == party, "event_id"])


def investigate(world: World, folder: Path, sources: Sequence[str] = ("lookup",), *, subject: Subject | None = None,
                access: AwsAccess | None = None, not_asked: Sequence[NotSearched] = ()) -> Investigated:  # fmt: skip
    """Begin a case, and gather, analyse and keep as the notebooks do, in this process."""
    about = subject or world.subject(world.staged.region)
    way = access or (world.access() if needs_aws(sources) else None)
    case = start_case(folder, about, trail=list(sources), access=way, not_asked=not_asked)
    stages.scope(str(case.path), [])
    return Investigated(case)


def delivered_logs(world: World, folder: Path) -> set[str]:
    """Copy the log files from the trail's bucket, and give the ids of the events in them, read by no part of gdkit."""
    staged, event_ids = world.staged, set()
    s3 = world.accounts.backend.client("s3", staged.account_id, staged.region)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=staged.trail_bucket):
        for entry in page.get("Contents", []):
            if "/CloudTrail-Digest/" in entry["Key"]:
                continue
            body = s3.get_object(Bucket=staged.trail_bucket, Key=entry["Key"])["Body"].read()
            target = folder / entry["Key"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
            event_ids |= {record["eventID"] for record in json.loads(gzip.decompress(body))["Records"]}
    return event_ids
