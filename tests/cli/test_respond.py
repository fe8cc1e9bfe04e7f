"""The command ``gdkit respond``: what it refuses before anything is asked or done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from gdkit import cli
from gdkit.case.verdicts import record_verdict
from tests.case.samples import scoped_case
from tests.responding.cases import applied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.case.folder import CaseFolder


@pytest.fixture
def case(tmp_path: Path) -> CaseFolder:
    """Give a case in which the address was judged malicious."""
    made = scoped_case(tmp_path / "case")
    record_verdict(made, "malicious", "not ours")
    return made


@pytest.fixture
def respond(case: CaseFolder, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
            ) -> Callable[..., tuple[int, str]]:  # fmt: skip
    """Give the command on the case as a function: its exit status and what it says."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["gdkit", "respond", "--case", str(case.path), *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    return run


@pytest.mark.parametrize(("arguments", "says"), [
    (("deny-session", "--apply", "--undo", "--plan", "0" * 12), "--apply and --undo cannot be asked for at once"),
    (("deny-session", "--apply", "--verify"), "cannot be asked for at once"),
    (("deny-session", "--plan", "0" * 12), "--plan names a plan to apply"),
    (("deny-session", "--item", "1"), "--item is a number of the look grown"),
    (("--verify",), "--verify needs a step"),
])  # fmt: skip
def test_contradictions(respond: Callable[..., tuple[int, str]], arguments: tuple[str, ...], says: str) -> None:
    """What contradicts itself is wrong use, and nothing is done."""
    status, said = respond(*arguments)
    assert status == 2
    assert says in said


def test_inconclusive_is_a_gap(respond: Callable[..., tuple[int, str]], case: CaseFolder, tmp_path: Path) -> None:
    """A re-check in which no row tells ends with status 3."""
    applied(case, "deny-session", role_id="AROASAMPLESHOPWEB0001", session_name="i-0a1b2c3d4e5f60718")
    empty = tmp_path / "after.json"
    empty.write_text('{"Records": []}')
    status, said = respond("recheck", "--trail", str(empty))
    assert status == 3, said
    assert "Inconclusive" in said


def test_nothing_is_hidden_of_a_malicious_address(case: CaseFolder) -> None:
    """A step that hides findings is refused in a case that was judged malicious; feedback is not."""
    from gdkit.errors import ResponseError
    from gdkit.responding.run import _refuse_trusting
    from gdkit.response.catalogue import step_named

    for name in ("suppression-rule", "archive-findings"):
        with pytest.raises(ResponseError, match="judged malicious in this case"):
            _refuse_trusting(case, step_named(name))
    _refuse_trusting(case, step_named("findings-feedback"))
    record_verdict(case, "benign", "it was our proxy")
    _refuse_trusting(case, step_named("suppression-rule"))
