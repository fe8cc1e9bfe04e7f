"""The way to the simulated account of an exercise: begun in a process of its own, found again, asked, stopped."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.aws.simulation import ask_simulator, enter_simulation
from gdkit.case.files import write_error
from gdkit.errors import CaseError
from gdkit.gathering.access import exercise_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gdkit.case.folder import CaseFolder
    from gdkit.gathering.access import ExerciseAccount

STAGED_WITHIN_S = 180.0
"""Seconds in which an incident is staged; it takes a few on a machine that does nothing else."""

ENDED_WITHIN_S = 120.0
"""Seconds in which every credential is tried at the end."""

_LOOK_S = 0.05
_begun: dict[str, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Entered:
    """A simulated account that this process has entered.

    Attributes:
        about: what an analyst is told: account, region, instance, principal, role for other accounts, the company's
            networks, and what was made again of the changes.
        begun: whether it was begun now.
    """

    about: Mapping[str, Any]
    begun: bool


def enter_account(case: CaseFolder, *, tied: bool) -> Entered:
    """Enter the simulated account of an exercise; it is begun, or made anew, where it does not run.

    Args:
        case: the case of the exercise.
        tied: whether the account ends with this process; otherwise it goes on by itself.

    Raises:
        CaseError: it cannot be begun; the message says why.
    """
    with _one_at_a_time(case):
        before = exercise_account(case)
        account = before or _begin(case, tied=tied)
    enter_simulation(account.variables)
    told = ask_simulator(account.url, "about")
    if told is None:
        raise _lost(case)
    return Entered(told, begun=before is None)


def end_account(case: CaseFolder) -> dict[str, Any]:
    """Try every credential again, ask what really happened, and stop the account.

    Raises:
        CaseError: the account does not run, or did not answer.
    """
    account = exercise_account(case)
    told = ask_simulator(account.url, "end", post=True, timeout_s=ENDED_WITHIN_S) if account else None
    if told is None:
        raise _lost(case)
    stop_account(case)
    return told


def stop_account(case: CaseFolder) -> bool:
    """Stop the account of an exercise, and tell whether one ran; what was changed in it is kept."""
    account = exercise_account(case)
    if account is None:
        return False
    ask_simulator(account.url, "stop", post=True)
    _forget(case, wait_s=30.0)
    return True


def _forget(case: CaseFolder, wait_s: float = 0.0) -> None:
    """Collect the process that this one began for an exercise, where it has ended or ends soon."""
    process = _begun.pop(str(case.path.resolve()), None)
    if process is not None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=wait_s)


def _begin(case: CaseFolder, *, tied: bool) -> ExerciseAccount:
    """Begin the process, and wait until it says where it answers."""
    how_long = "--tied" if tied else "--kept"
    command = [sys.executable, "-m", "gdkit.training.world", str(case.exercise.resolve()), how_long]
    log = case.exercise / "account.log"
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - gdkit itself
                command, stdin=subprocess.PIPE if tied else subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
    except OSError as error:
        raise write_error(log, error) from error
    _forget(case)
    _begun[str(case.path.resolve())] = process
    until = time.monotonic() + STAGED_WITHIN_S
    while process.poll() is None and time.monotonic() < until:
        account = exercise_account(case)
        if account is not None:
            return account
        time.sleep(_LOOK_S)
    process.kill()
    process.wait()
    said = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
    todo = "pip install 'gdkit[sim]'" if "No module named" in said else "read the log, and try again"
    raise CaseError(f"the simulated account could not be begun ({said[:200] or 'it took too long'})", where=str(log),
                    action=todo)  # fmt: skip


def _lost(case: CaseFolder) -> CaseError:
    return CaseError("the simulated account of this exercise does not answer", where=str(case.path),
                     action=f"take it up again: gdkit tabletop --case {case.path}")  # fmt: skip


@contextmanager
def _one_at_a_time(case: CaseFolder) -> Iterator[None]:
    """Let two notebooks that are opened at once begin one account, not two."""
    path = case.exercise / ".account.lock"
    try:
        handle = path.open("w")
    except OSError as error:
        raise write_error(path, error) from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
