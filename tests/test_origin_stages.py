"""The stages that judge addresses: what is named is kept, a fault loses nothing, outsiders are asked by name only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from gdkit import stages
from gdkit.analysis.subject import subject_of_finding
from gdkit.case.evidence import load_records, load_table, manifest
from gdkit.case.folder import open_case, start_case
from gdkit.case.journal import read_entries
from gdkit.case.results import load_result
from gdkit.case.verdicts import current_verdict, record_verdict
from gdkit.errors import ParameterError, TeamFileError
from gdkit.feeds import online
from gdkit.feeds.answer import OnlineAnswer
from gdkit.findings import load_findings, select_finding
from gdkit.sample import sample_folder
from tests.analysis.records import APP_CLIENT, record, subject
from tests.analysis.test_attribution import AFTER, GONE_ON

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.case.folder import CaseFolder

OURS = """
networks:
  - cidr: {cidr}
    owner: Example Corp
    what: the head office
    contact: netops@example.com
    valid_until: 2099-01-31
"""


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CaseFolder:
    """Give a case about the sample theft whose logs were read, on a machine without settings of gdkit."""
    for name in ("GDKIT_NETWORKS", "GDKIT_MMDB", "GDKIT_IP_RANGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sample = sample_folder()
    subject = subject_of_finding(select_finding(load_findings(sample.finding)))
    folder = start_case(tmp_path / "case", subject, trail=[str(sample.trail)], analyst="ann")
    stages.scope(str(folder.path), [])
    return folder


def reported(case: CaseFolder) -> dict[str, object]:
    """Give what the result says of the first place."""
    first: dict[str, object] = load_result(case)["origin"]["addresses"][0]
    return first


def undated(case: CaseFolder) -> dict[str, object]:
    """Give the same without the dates of the evidence: what a team's file says is dated when it is judged by."""
    first = reported(case)
    return {**first, "evidence": [{**said, "as_of": None} for said in first["evidence"]]}  # type: ignore[attr-defined]


def team_file(folder: Path, cidr: str) -> Path:
    """Write a team's file with one network."""
    path = folder / "networks.yaml"
    path.write_text(OURS.format(cidr=cidr), encoding="utf-8")
    return path


def test_scope_judges_already(case: CaseFolder) -> None:
    """The result of the scope holds the judgement with its evidence; every table is kept."""
    first = reported(case)
    assert first["proposed_verdict"] == "malicious"
    assert len(first["deciding"]) <= 3  # type: ignore[arg-type]
    for name in ("address_evidence", "address_history", "weighed_evidence", "benign_causes"):
        assert len(load_table(case, name))


def test_team_file_is_kept(case: CaseFolder, tmp_path: Path) -> None:
    """A file that is named counts, is kept in the case with its hash, and counts again without being named."""
    path = team_file(tmp_path, "198.51.100.0/24")
    before = reported(case)
    stages.classify(str(case.path), str(path))
    after = undated(case)
    assert before["holder"] != "Example Corp"
    assert after["holder"] == "Example Corp"
    assert "networks.yaml" in {row["file"] for row in manifest(case)}
    path.unlink()
    stages.classify(str(case.path))
    assert undated(case) == after
    noted = [entry["detail"]["networks_sha256"] for entry in read_entries(case.journal) if entry["act"] == "origin"]
    assert len(noted) == 2, "the same judgement is noted once"
    assert noted[0] is None
    assert len(noted[1]) == 64


def test_a_faulty_team_file_changes_nothing(case: CaseFolder, tmp_path: Path) -> None:
    """A file with faults is refused with its line and field; what was judged and kept stays as it is."""
    stages.classify(str(case.path), str(team_file(tmp_path, "198.51.100.0/24")))
    before = load_result(case)
    bad = tmp_path / "bad.yaml"
    bad.write_text(OURS.format(cidr="198.51.100.1/24"), encoding="utf-8")
    with pytest.raises(TeamFileError, match=r"(?s)bad\.yaml.*cidr"):
        stages.classify(str(case.path), str(bad))
    assert load_result(case) == before
    assert "198.51.100.0/24" in (case.evidence / "networks.yaml").read_text(encoding="utf-8")


def test_usual_settings(case: CaseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable names the file where nobody else does."""
    monkeypatch.setenv("GDKIT_NETWORKS", str(team_file(tmp_path, "198.51.100.0/24")))
    stages.classify(str(case.path))
    assert reported(case)["holder"] == "Example Corp"


RANGES = {
    "syncToken": "1",
    "createDate": "2026-11-01-00-00-00",
    "prefixes": [
        {"ip_prefix": "52.48.0.0/14", "region": "eu-west-1", "service": "EC2", "network_border_group": "eu-west-1"},
        {"ip_prefix": "54.171.0.0/16", "region": "eu-west-1", "service": "EC2", "network_border_group": "eu-west-1"},
    ],
    "ipv6_prefixes": [],
}


@pytest.mark.parametrize(("with_ranges", "party"), [(True, "workload"), (False, "unknown")])
def test_a_move_within_a_region(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    with_ranges: bool,
    party: str,
) -> None:
    """With AWS's ranges at hand, a new address in the same region with the same agent and client is no theft."""
    ranges, trail = tmp_path / "ranges.json", tmp_path / "trail.json"
    ranges.write_text(json.dumps(RANGES), encoding="utf-8")
    monkeypatch.setenv("GDKIT_IP_RANGES", str(ranges) if with_ranges else "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    call = record(31, AFTER, APP_CLIENT)
    trail.write_text(json.dumps({"Records": [call, *GONE_ON]}), encoding="utf-8")
    folder = start_case(tmp_path / "case", subject(AFTER), trail=[str(trail)], analyst="ann")
    stages.scope(str(folder.path), [])
    events = load_table(folder, "session_events")
    assert events.loc[events["event_id"] == call["eventID"], "party"].tolist() == [party]
    statements = [row["statement"] for row in reported(folder)["evidence"]]  # type: ignore[attr-defined]
    assert any("EC2 in eu-west-1" in text for text in statements) == with_ranges


def test_outsiders_are_asked_by_name_only(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked without a name; who is asked, of which kind of address, is noted before, and answers are kept."""
    sent: list[str] = []

    def answer(address: str) -> OnlineAnswer:
        sent.append(address)
        at = datetime(2026, 11, 2, tzinfo=UTC)
        return OnlineAnswer("rdap", address, "a registry", at, "described", "It is of Example Hosting.",
                            {"organisation": "Example Hosting"})  # fmt: skip

    monkeypatch.setattr(online, "LOOKUPS", MappingProxyType({"rdap": answer}))
    stages.classify(str(case.path))
    assert sent == []
    stages.classify(str(case.path), ask=["rdap"])
    assert sent
    places = load_table(case, "addresses")
    assert set(sent) <= set(places.loc[places["in_finding"] | (places["thief_events"] > 0), "source_address"])
    assert len(load_records(case, "online")) == len(sent)
    asked = len(sent)
    stages.classify(str(case.path))
    assert len(sent) == asked, "an answer that is kept is not asked for again"
    assert "It is of Example Hosting." in {row["statement"] for row in reported(case)["evidence"]}  # type: ignore[attr-defined]
    acts = [entry["act"] for entry in read_entries(case.journal)]
    assert "asking_outsiders" in acts


def test_an_unknown_outsider_is_refused(case: CaseFolder) -> None:
    """A name that is none of the look-ups is refused, and the answer names those that there are."""
    before = load_result(case)
    with pytest.raises(ParameterError, match="rdap, abuseipdb, greynoise"):
        stages.classify(str(case.path), ask=["whois"])
    assert load_result(case) == before


def test_the_verdict_keeps_what_it_rests_on(case: CaseFolder, tmp_path: Path) -> None:
    """A verdict records what was proposed and which evidence decided, as it was at that time."""
    record_verdict(case, "malicious", "a second machine", "ann")
    then = current_verdict(case)
    assert then.proposed == "malicious"
    assert then.rests_on == tuple(row["statement"] for row in load_result(case)["origin"]["deciding"])
    stages.classify(str(case.path), str(team_file(tmp_path, "198.51.100.0/24")))
    assert current_verdict(open_case(case.path)) == then
    assert load_result(case)["verdict"]["rests_on"] == list(then.rests_on)


def test_the_views_say_it(case: CaseFolder) -> None:
    """Each view begins with a summary and says its limits."""
    shown = stages.classify(str(case.path))
    assert shown.summary.startswith("Proposed: malicious.")
    assert any("A person decides" in note for note in shown.notes)
    causes = stages.benign_causes(str(case.path))
    assert "of 9 benign causes" in causes.summary
    assert stages.evidence(str(case.path)).frame is not None
    assert stages.address_history(str(case.path)).frame is not None
