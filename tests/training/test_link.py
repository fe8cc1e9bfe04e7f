"""The account of an exercise as a process: found again by others, made anew when it was lost, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.aws import AwsAccess, open_read_only
from gdkit.case.files import read_json, write_json
from gdkit.case.folder import CaseFolder, open_case
from gdkit.case.journal import read_entries
from gdkit.errors import CaseError
from gdkit.gathering.access import WORLD_FILE, enter_world, exercise_account
from gdkit.simulator.server import in_environment
from gdkit.simulator.sessions import isolated_session
from gdkit.training import link
from gdkit.training.exercise import MADE_ANEW, Asked, begin_exercise
from gdkit.training.sealed import ABOUT_FILE
from tests.training.played import KEYS, TIED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("accounts of exercises")

ASKS = """
import json, sys
from pathlib import Path
from gdkit.case.folder import open_case
from gdkit.responding.run import open_desk
desk = open_desk(open_case(Path(sys.argv[1])))
print(json.dumps({"account": desk.reader.account_id}))
"""
"""Another kernel that works on the case: it is told the folder, and nothing else."""

BEGINS = """
import sys, time
from pathlib import Path
from gdkit.training.exercise import Asked, begin_exercise
begin_exercise(Path(sys.argv[1]), Asked("quiet", 3, kept=False))
print("begun", flush=True)
time.sleep(600)
"""
"""A kernel that begins an exercise in a temporary folder."""


@pytest.fixture(autouse=True)
def _untied() -> Iterator[None]:
    """Let this process be tied to no simulated account, before and after."""
    with in_environment(TIED):
        yield


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseFolder]:
    """Begin an exercise once; the tests go on one after another."""
    with in_environment(TIED):
        case = begin_exercise(tmp_path_factory.mktemp("exercise") / "case", Asked("quiet", 3, "ana"))
    yield case
    link.stop_account(case)


def _pid(case: CaseFolder) -> int:
    return int(read_json(case.exercise / WORLD_FILE)["pid"])


def _ended(pid: int) -> bool:
    """Wait until a process has ended; one of ours is collected."""
    for _ in range(200):
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return True
        except ChildProcessError:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
        time.sleep(0.1)
    return False


def _policies(case: CaseFolder) -> list[str]:
    """Give the names of the role's inline policies, as the analyst reads them."""
    enter_world(case)
    iam = open_read_only(AwsAccess()).client("iam")
    return list(iam.list_role_policies(RoleName="shop-web")["PolicyNames"])


def _put_policy(case: CaseFolder, name: str) -> None:
    """Change the account as a responder does who works past gdkit."""
    account = exercise_account(case)
    assert account is not None
    keys = (account.variables[f"GDKIT_SIMULATOR_RESPONDER_{one}"] for one in KEYS)
    client = isolated_session(*keys).create_client("iam", "us-east-1", endpoint_url=account.url)
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    client.put_role_policy(RoleName="shop-web", PolicyName=name, PolicyDocument=json.dumps(denied))


def test_other_kernels_find_it(exercise: CaseFolder) -> None:
    """Another kernel, as after a restart or of another notebook, finds the same account by the case folder alone."""
    _put_policy(exercise, "mine")
    command = [sys.executable, "-c", ASKS, str(exercise.path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    before = _pid(exercise)
    assert json.loads(ran.stdout)["account"] == link.enter_account(exercise, tied=False).about["account_id"]
    assert begin_exercise(exercise.path, Asked()) == exercise
    assert (_pid(exercise), "mine" in _policies(exercise)) == (before, True)


def test_no_key_lies_in_the_folder(exercise: CaseFolder) -> None:
    """The files of the exercise name the account's address and no secret: only the running account tells keys."""
    account = exercise_account(exercise)
    assert account is not None
    secrets = [text for name, text in account.variables.items() if name.endswith(("SECRET_ACCESS_KEY", "TOKEN"))]
    held = "".join(path.read_text(encoding="utf-8") for path in exercise.exercise.iterdir() if path.is_file())
    assert len(secrets) == 4
    assert [one for one in secrets if one in held or one in repr(account)] == []


def test_lost_and_made_anew(exercise: CaseFolder) -> None:
    """Where the account was lost a case says so and what to do; taken up again it is the same, with every change."""
    pid, before = _pid(exercise), _policies(exercise)
    os.kill(pid, signal.SIGKILL)
    assert _ended(pid)
    with pytest.raises(CaseError, match=r"does not run.*gdkit tabletop --case"):
        enter_world(open_case(exercise.path))
    begin_exercise(exercise.path, Asked("quiet", 3))
    assert _pid(exercise) != pid
    assert _policies(exercise) == before
    entry = read_entries(exercise.journal)[-1]
    assert (entry["act"], entry["detail"]["failed"]) == (MADE_ANEW, [])
    assert entry["detail"]["again"] >= 1


def test_change_that_cannot_be_made_again(exercise: CaseFolder) -> None:
    """A change that cannot be made again is named in the journal, and the others are made."""
    path = exercise.exercise / "changes.jsonl"
    *_, last = (json.loads(line) for line in path.read_text().splitlines())
    strange = [{**last, "parameters": {**last["parameters"], "RoleName": "nobody"}}, {**last, "key": "ASIAUNKNOWN"}]
    link.stop_account(exercise)
    with path.open("a") as handle:
        handle.writelines(json.dumps(line) + "\n" for line in strange)
    begin_exercise(exercise.path, Asked())
    failed = read_entries(exercise.journal)[-1]["detail"]["failed"]
    assert failed == ["PutRolePolicy: NoSuchEntity", "PutRolePolicy: the credential that it was made with is unknown"]
    assert "mine" in _policies(exercise)


def test_strangers_are_not_entered(exercise: CaseFolder, tmp_path: Path) -> None:
    """Whoever answers in the place of a lost account is not taken for it, and only this machine is asked."""
    case = CaseFolder(tmp_path)
    about = read_json(exercise.exercise / WORLD_FILE)
    for announced in ({**about, "pid": about["pid"] + 1}, {**about, "url": "http://192.0.2.1:80"}):
        write_json(case.exercise / WORLD_FILE, announced)
        assert exercise_account(case) is None


def test_stopped(exercise: CaseFolder) -> None:
    """A stopped account ends its process and its announcement; stopping it again says that none runs."""
    pid = _pid(exercise)
    assert link.stop_account(exercise)
    assert _ended(pid)
    assert not (exercise.exercise / WORLD_FILE).exists()
    assert not link.stop_account(exercise)


def test_temporary_one_ends_with_its_kernel(tmp_path: Path) -> None:
    """The account of a temporary exercise, and its folder, go when the kernel that began it is killed."""
    case = CaseFolder(tmp_path / "temporary")
    with subprocess.Popen([sys.executable, "-c", BEGINS, str(case.path)], stdout=subprocess.PIPE, text=True) as kernel:  # noqa: S603
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "begun\n"
        pid = _pid(case)
        for number in range(300):
            (case.path / "evidence" / f"{number}").mkdir(parents=True)
        kernel.kill()
    assert _ended(pid)
    assert not case.path.exists()


def test_cannot_be_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra that simulates, and with a damaged envelope, the error says what to do."""
    monkeypatch.setattr(link.sys, "executable", _python_without_moto(tmp_path))
    with pytest.raises(CaseError, match=r"No module named 'moto'.*pip install 'gdkit\[sim\]'"):
        begin_exercise(tmp_path / "case", Asked("quiet", 3))
    monkeypatch.undo()
    write_json(CaseFolder(tmp_path / "case").exercise / ABOUT_FILE, {"sealed": "changed"})
    with pytest.raises(CaseError, match="cannot be read"):
        begin_exercise(tmp_path / "case", Asked("quiet"))


def _python_without_moto(folder: Path) -> str:
    """Give a Python that finds no moto, as where the extra was not installed."""
    script: Any = folder / "python"
    script.write_text(f"#!{sys.executable}\nimport sys\nprint(\"ModuleNotFoundError: No module named 'moto'\", "
                      "file=sys.stderr)\nsys.exit(1)\n")  # fmt: skip
    script.chmod(0o700)
    return str(script)
