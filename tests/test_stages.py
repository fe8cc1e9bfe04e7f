"""The stages on the sample theft: each gives a view that says what the sample holds, and keeps its part in the case."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding, subject_of_text
from gdkit.case.evidence import load_table
from gdkit.case.folder import start_case
from gdkit.case.results import load_result
from gdkit.errors import VerdictError
from gdkit.findings import load_findings
from gdkit.sample import INSTANCE, THIEF, THIEF_2, sample_finding, write_sample
from gdkit.stages.common import opened

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a case about the sample theft, scoped."""
    folder = tmp_path_factory.mktemp("stages")
    sample = write_sample(folder / "input")
    subject = subject_of_finding(load_findings(sample.finding)[0])
    path = start_case(folder / "case", subject, trail=[str(sample.trail)], analyst="kim").path
    stages.scope(str(path), [])
    return path


def test_sample_is_the_same_every_time(tmp_path: Path) -> None:
    """The sample's files are the same bytes each time they are written."""
    first, second = (write_sample(tmp_path / name) for name in ("a", "b"))
    names = [path.relative_to(first.trail) for path in first.trail.rglob("*.gz")]
    assert names
    assert all((first.trail / name).read_bytes() == (second.trail / name).read_bytes() for name in names)


def test_every_call_of_the_sample_is_judged_right(case: Path) -> None:
    """The sample's thief, and nobody else, is the thief: by both addresses, in both accounts."""
    events = load_table(opened(str(case)), "session_events")
    thief = events["source_address"].isin([THIEF, THIEF_2])
    assert set(events.loc[thief, "party"]) == {"thief"}
    assert not (events.loc[~thief, "party"] == "thief").any()
    assert set(events.loc[events["party"] == "unknown", "event_name"]) == {"Decrypt"}
    assert thief.sum() == 12


def test_raw_records_join_the_table(case: Path) -> None:
    """A row's record number is the line of its raw record in the evidence."""
    folder = opened(str(case))
    lines = gzip.decompress((folder.evidence / "records.jsonl.gz").read_bytes()).decode().splitlines()
    events = load_table(folder, "session_events")
    assert [json.loads(lines[number])["eventID"] for number in events["record_number"]] == list(events["event_id"])


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("begin", "Case about finding 5ac0f1e2d3b4958677869504a3b2c1d0"),
        ("finding", f"used from {THIEF}"),
        ("session", "2 keys of the session known, 2 of them seen in use; 1 chained key"),
        ("calls", "78 calls of the session seen in what was searched"),
        ("timeline", "the thief's from 2026-11-02 10:14:06Z to 2026-11-02 10:31:00Z"),
        ("chain", "1 thing grew from the session (access_key 1); 1 refused or failed attempt beside"),
        ("initial_access", "deploy-bot with key AKIASAMPLEDEPLOYBOT1 changed the instance's metadata options"),
        ("addresses", "Used from 5 places; 2 of them with calls of the thief"),
        ("coverage", "81 events of 2 accounts and 1 region, 2026-11-02T07:58:12Z to 2026-11-02T11:15:00Z; 26 of them"),
        ("moments", "11 moments that matter: ends 3"),
        ("impact", "Of the thief's calls 7 read or listed and 1 changed something; 4 were refused. They can serve 8"),
        ("data", "By the thief: 1 thing read, copied, shared or used, 3 kinds of names listed, 1 thing tried in vain"),
        ("refused", "4 calls of the thief refused, or only tried, seen in what was searched"),
        ("left_behind", "1 call that could leave a way back in, 1 of them the thief's: 1 refused."),
        ("still_exists", "Nothing made or changed that gives a way back in was seen in what was searched"),
        ("tamper", "No call against detection or logs was seen in what was searched"),
        ("costs", "No call that starts what AWS bills was seen in what was searched"),
        ("capabilities", "Not known: the role's policies were not read"),
        ("credentials", "1 credential may be alive as of"),
        ("fleet", "1 instance with the role known: 0 let IMDSv1 in, of 1 the setting is not known"),
        ("conclusion", f"12 of 78 calls with the credentials of instance {INSTANCE} were made by somebody"),
        ("attribution", "reported_address: 7 calls: the call came from the finding's remote address"),
        ("integrity", "the journal is whole"),
    ],
)
def test_view(case: Path, stage: str, words: str) -> None:
    """Each view says its answer in its text and in its HTML."""
    view = getattr(stages, stage)(str(case))
    assert words in view.text()
    assert view.html().startswith(("<style>", "<div"))


def test_party_filter(case: Path) -> None:
    """Calls of one party can be shown alone."""
    view = stages.calls(str(case), party="unknown")
    assert list(view.frame["event_name"]) == ["Decrypt"]
    assert "1 unknown call of the session seen" in view.summary


def test_verdict_is_recorded_and_told(case: Path) -> None:
    """A verdict given to the stage stands in the result, and changes how the conclusion speaks."""
    with pytest.raises(VerdictError, match="without a reason"):
        stages.verdict(str(case), "benign", " ", "kim", interactive=False)
    view = stages.verdict(str(case), "benign", "the vendor's scanner, ticket 12", "kim", interactive=False)
    assert "benign, decided by kim" in view.text()
    assert load_result(opened(str(case)))["verdict"]["value"] == "benign"
    assert "judged benign" in stages.conclusion(str(case)).summary
    assert "nothing" in dict(stages.conclusion(str(case)).facts)["Contained"]


def test_no_finding(tmp_path: Path) -> None:
    """A case begun from an instance id says that there is no finding, and still finds the session."""
    sample = write_sample(tmp_path / "input")
    subject = subject_of_text(INSTANCE)
    path = str(start_case(tmp_path / "case", subject, trail=[str(sample.trail)]).path)
    assert "78 calls" in stages.scope(path, []).summary
    assert "There is no finding" in stages.finding(path).text()
    assert "There is no finding" in stages.conclusion(path).text()
    assert load_result(opened(path))["finding"] is None


def test_nothing_found_is_an_answer(tmp_path: Path) -> None:
    """Where no call of the session is in the logs, the views say so, and why that proves nothing."""
    sample = write_sample(tmp_path / "input")
    subject = subject_of_text("AROAEXAMPLENOBODY0001:i-0fedcba9876543210")
    path = str(start_case(tmp_path / "case", subject, trail=[str(sample.trail)]).path)
    view = stages.scope(path, [])
    assert "no proof of no use" in view.summary
    assert any("another account or region" in note for note in view.notes)
    assert "there is nothing to draw" in stages.timeline(path).summary
    for stage in ("calls", "chain", "conclusion", "data", "left_behind", "still_exists", "tamper", "costs", "refused"):
        assert "seen in what was searched" in getattr(stages, stage)(path).text()
    assert "No lead on a way in seen" in stages.initial_access(path).summary


def test_sample_findings_are_stamped(tmp_path: Path) -> None:
    """A generated sample finding is marked in every view of its case."""
    document = sample_finding()
    document["service"]["additionalInfo"] = {"value": '{"sample": true}', "type": "default"}
    sample = write_sample(tmp_path / "input")
    subject = subject_of_finding(load_findings(document)[0])
    path = str(start_case(tmp_path / "case", subject, trail=[str(sample.trail)]).path)
    stages.scope(path, [])
    for stage in ("begin", "finding", "session", "calls", "timeline", "addresses", "coverage", "conclusion"):
        assert "SAMPLE" in getattr(stages, stage)(path).html()
