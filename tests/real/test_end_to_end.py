"""The main job on real logs: one command, and the case folder holds the right answer."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from gdkit.case.results import check_result
from tests.real.data import finding_document, real

if TYPE_CHECKING:
    from pathlib import Path


def test_ssrf_theft_from_finding_to_report(tmp_path: Path) -> None:
    """From a finding and the logs, the command names the session, its three keys and the eleven calls of the thief."""
    logs = real("otrf")
    document = finding_document(
        role_id="AROA5FLZVX4OAMSW6BCRH", role="MordorNginxStack-BankingWAFRole-9S3E0UAE1MM0",
        instance="i-0317f6c6b66ae9c40", key="ASIA5FLZVX4OPVKKVBMX", address="1.2.3.4", account="123456789123",
    )  # fmt: skip
    finding = tmp_path / "finding.json"
    finding.write_bytes(json.dumps({"Findings": [document]}).encode("utf-16"))
    case = tmp_path / "case"
    command = [sys.executable, "-c", "from gdkit.cli import main; main()", "investigate", str(finding),
               "--trail", str(logs), "--case", str(case)]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stderr
    result = json.loads((case / "result.json").read_text(encoding="utf-8"))
    check_result(result)
    assert (result["events"]["total"], result["events"]["thief"]) == (11, 11)
    assert len(result["events"]["thief_event_ids"]) == 11
    assert {key["access_key_id"]: key["thief_events"] for key in result["session"]["keys"]} == {
        "ASIA5FLZVX4OPVKKVBMX": 11, "ASIA5FLZVX4OAET5K4P5": 0, "ASIA5FLZVX4OO3RUSEX6": 0,
    }  # fmt: skip
    assert (case / "finding.json").read_bytes() == finding.read_bytes()
    assert "ASIA5FLZVX4OPVKKVBMX" in (case / "reports" / "report.html").read_text(encoding="utf-8")
    tokens = [line for line in run.stdout.splitlines() if line.startswith("Report:")]
    assert tokens == [f"Report: {case / 'reports' / 'report.html'}"]


def test_no_session_token_leaves_the_evidence() -> None:
    """The session tokens that stand in real logs reach no table."""
    from gdkit.trail import load_trail

    trail = load_trail(real("otrf"))
    assert any("IQoJb3JpZ2luX2Vj" in record for record in trail.records)
    text = trail.events.astype("object").to_csv()
    assert "IQoJb3JpZ2luX2Vj" not in text
