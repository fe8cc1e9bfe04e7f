"""Findings of many files, put together by session: one theft, one case, whatever stands between."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.analysis.thefts import thefts_in
from gdkit.findings import load_findings
from gdkit.sample import INSTANCE, THIEF, sample_finding

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "AROAOTHEROTHEROTHER00:i-0fffffffffffffff0"


def finding(identifier: str, principal_id: str = "", address: str = "", **changes: Any) -> dict[str, Any]:
    """Give the sample finding as another one."""
    made = {**json.loads(json.dumps(sample_finding())), "id": identifier, **changes}
    if principal_id:
        made["resource"]["accessKeyDetails"] |= {"principalId": principal_id, "accessKeyId": "ASIAOTHERKEYOTHERKEY"}
        del made["resource"]["instanceDetails"]
    if address:
        made["service"]["action"]["awsApiCallAction"]["remoteIpDetails"]["ipAddressV4"] = address
    return made


def test_one_theft_in_several_files(tmp_path: Path) -> None:
    """Findings of one session, in files of several shapes, are one theft: the oldest leads, and all addresses count."""
    old, new = finding("a" * 32, address="203.0.113.9", createdAt="2026-11-01T00:00:00Z"), finding("b" * 32)
    old["service"]["eventFirstSeen"] = "2026-11-01T00:00:00Z"
    (tmp_path / "1.json").write_text(json.dumps({"Findings": [new]}, indent=1))
    (tmp_path / "2.jsonl.gz").write_bytes(gzip.compress(json.dumps(old).encode() + b"\n"))
    (theft,), unusable = thefts_in(sorted(tmp_path.iterdir()))
    assert unusable == ()
    assert [one.id for one in theft.findings] == ["a" * 32, "b" * 32]
    assert [path.rpartition("/")[2] for path in theft.files] == ["1.json", "2.jsonl.gz"]
    subject = theft.subject()
    assert subject.finding is not None
    assert (subject.finding.id, subject.instance_id) == ("a" * 32, INSTANCE)
    assert subject.reported_addresses == tuple(sorted(("203.0.113.9", THIEF)))
    kept = load_findings(subject.finding.raw)
    assert {one.id for one in kept} == {"a" * 32, "b" * 32}
    assert theft.subject("b" * 32).finding.id == "b" * 32


def test_one_file_keeps_its_bytes(tmp_path: Path) -> None:
    """The findings of one file are kept byte for byte, with whatever else stands in it."""
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"Findings": [finding("a" * 32), finding("b" * 32, OTHER)]}, indent=3))
    thefts, _ = thefts_in([path])
    assert len(thefts) == 2
    assert [theft.subject().finding.raw for theft in thefts] == [path.read_bytes()] * 2


def test_latest_version_counts(tmp_path: Path) -> None:
    """A finding that stands in several files counts once, as it was updated last."""
    for number, count in enumerate((3, 9, 5)):
        told = finding("a" * 32, updatedAt=f"2026-11-02T1{count}:00:00Z")
        (tmp_path / f"{number}.json").write_text(json.dumps(told))
    (theft,), _ = thefts_in(sorted(tmp_path.iterdir()))
    assert [(one.id, one.updated_at.hour) for one in theft.findings] == [("a" * 32, 19)]


def test_names_are_stable_and_apart(tmp_path: Path) -> None:
    """A theft has the same name in every run; two sessions never share one, and no name leaves its folder."""
    for number, principal in enumerate((OTHER, "AROAOTHEROTHEROTHER01:i-0fffffffffffffff0", "")):
        told = finding(f"{number}" * 32, principal)
        told["resource"]["accessKeyDetails"]["userName"] = "../../<b>x</b>" * 9
        (tmp_path / f"{number}.json").write_text(json.dumps(told))
    names = [theft.name for theft in thefts_in(sorted(tmp_path.iterdir()))[0]]
    assert len(set(names)) == 3
    assert names == [theft.name for theft in thefts_in(sorted(tmp_path.iterdir(), reverse=True))[0]]
    assert all(name.replace("-", "").isalnum() and name.isascii() and len(name) < 200 for name in names)


def test_what_cannot_be_used_stops_nothing(tmp_path: Path) -> None:
    """A damaged file, another type and a finding that names nobody are told with their place; the rest is used."""
    nobody = finding("c" * 32)
    nobody["resource"]["accessKeyDetails"] = {}
    (tmp_path / "1-damaged.json").write_text("{")
    (tmp_path / "2-good.json").write_text(json.dumps(finding("a" * 32)))
    (tmp_path / "3-nobody.json").write_text(json.dumps(nobody))
    (tmp_path / "4-other.json").write_text(json.dumps(finding("d" * 32, type="Recon:EC2/Portscan")))
    mixed = [finding("b" * 32, OTHER), finding("e" * 32, type="Trojan:EC2/DNSDataExfiltration")]
    (tmp_path / "5-mixed.json").write_text(json.dumps({"Findings": mixed}))
    thefts, unusable = thefts_in(sorted(tmp_path.iterdir()))
    assert [theft.findings[0].id for theft in thefts] == ["a" * 32, "b" * 32]
    told = [(one.where.rpartition("/")[2], one.failed) for one in unusable]
    assert told == [("1-damaged.json", True), (f"3-nobody.json, finding {'c' * 32}", True), ("4-other.json", False),
                    (f"5-mixed.json, finding {'e' * 32}", False)]  # fmt: skip
    assert "What to do" in unusable[0].problem


@pytest.mark.parametrize("paths", [[], ["nowhere.json"]])
def test_nothing_to_read(tmp_path: Path, paths: list[str]) -> None:
    """No file gives no theft, and a file that is not there is told as such."""
    thefts, unusable = thefts_in([tmp_path / name for name in paths])
    assert thefts == ()
    assert ["no such file" in one.problem for one in unusable] == [True] * len(paths)
