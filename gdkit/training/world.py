"""The process in which the simulated account of an exercise lives: ``python -m gdkit.training.world FOLDER``.

It stages the incident, makes the changes again that were kept, and answers until it is stopped, asked for the end of
the exercise, left alone for hours, or its folder is gone. It is begun by ``link`` and by nobody else.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.case.files import read_json, write_json
from gdkit.gathering.access import WORLD_FILE
from gdkit.simulator.accounts import Accounts
from gdkit.simulator.scenarios.catalogue import SCENARIOS, stage_scenario
from gdkit.simulator.server import json_response, running
from gdkit.training.changes import CHANGES_FILE, Changes, make_again
from gdkit.training.sealed import ABOUT_FILE, unseal
from gdkit.training.standing import Account
from gdkit.training.truth import Seen, truth_of

if TYPE_CHECKING:
    from gdkit.simulator.server import Simulator
    from gdkit.simulator.wire.models import HttpRequest
    from gdkit.simulator.wire.responses import HttpResponse
    from gdkit.training.sealed import Incident

IDLE_S = 3 * 3600.0
"""After so many seconds without a call the account stops; the exercise is taken up again from its folder."""

_LOOK_S = 0.5


class World:
    """A staged incident that answers, and what is asked of it beside AWS's own calls.

    Args:
        simulator: a running simulator whose world is empty.
        incident: what is staged in it.
        changes: what was changed before the account was lost; what is changed from now on is kept there.

    Attributes:
        again: how many changes were made again, or tried to be.
        failed: those that could not be, in words.
    """

    def __init__(self, simulator: Simulator, incident: Incident, changes: Changes) -> None:
        seen: list[Seen] = []
        accounts = simulator.accounts
        accounts.watchers.append(lambda call, record, actor: seen.append(Seen(call, record, actor or "")))
        self._simulator = simulator
        self._staged = stage_scenario(simulator, incident.scenario, incident.seed, incident.ends_at)
        accounts.watchers.clear()
        self._account = Account(simulator, self._staged, seen)
        self._truth = truth_of(SCENARIOS[incident.scenario], self._staged, seen, reported=self._account.is_reported)
        kept = changes.kept()
        self.again, self.failed = len(kept), make_again(simulator, kept)
        accounts.clock.set(max(datetime.now(UTC), accounts.clock.now()), running=True)
        self._over, self._asked_at = threading.Event(), time.monotonic()
        accounts.watchers += [changes.watch, lambda *_: self._note()]
        simulator.switches = self._answer

    def wait(self, folder: Path, *, idle_s: float = IDLE_S) -> None:
        """Go on until it is over; log files are delivered all the while.

        Args:
            folder: of the exercise; without it the account is nobody's.
            idle_s: seconds without a call after which it is over.
        """
        accounts = self._simulator.accounts
        while not self._over.wait(_LOOK_S):
            accounts.delivery.deliver(accounts.clock.now())
            if time.monotonic() - self._asked_at > idle_s or not folder.exists():
                return

    def stop(self) -> None:
        """Let it end."""
        self._over.set()

    def about(self) -> dict[str, Any]:
        """Give what an analyst is told at the beginning; nothing of it says what happened."""
        staged = self._staged
        return {"account_id": staged.account_id, "region": staged.region, "instance_id": staged.instance_id,
                "principal_id": staged.principal_id, "member_role": staged.member_role,
                "networks_yaml": staged.networks_yaml, "again": self.again, "failed": self.failed}  # fmt: skip

    def ended(self) -> dict[str, Any]:
        """Give what really happened, and how the account stands now."""
        return {"truth": asdict(self._truth), "standing": asdict(self._account.standing())}

    def _answer(self, _accounts: Accounts, name: str, request: HttpRequest) -> HttpResponse | None:
        """Answer what gdkit asks; what really happened is told with the end alone."""
        self._note()
        told = {"about": self.about, "variables": self._variables}
        if request.method == "POST":
            told = {"end": self.ended, "stop": self._stopped}
        return json_response(200, told[name]()) if name in told else None

    def _variables(self) -> dict[str, Any]:
        variables = self._simulator.environment(self._staged.analyst, self._staged.responder)
        return {"pid": os.getpid(), "variables": variables}

    def _stopped(self) -> dict[str, Any]:
        self.stop()
        return {}

    def _note(self) -> None:
        self._asked_at = time.monotonic()


def _stop_with_caller(world: World, gone: threading.Event) -> None:
    """Wait until the process that began this one has ended, by the end of standard input."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    gone.set()
    world.stop()


def main() -> None:
    """Run the account of the exercise in the folder that is named.

    With ``--tied`` it runs as long as standard input is open; the folder of such an exercise is temporary, and goes
    with the process that began it.
    """
    folder, gone = Path(sys.argv[1]), threading.Event()
    announced = folder / WORLD_FILE
    incident = unseal(read_json(folder / ABOUT_FILE)["sealed"])
    with running(Accounts(incident.seed)) as simulator:
        world = World(simulator, incident, Changes(folder / CHANGES_FILE))
        if "--tied" in sys.argv[2:]:
            threading.Thread(target=_stop_with_caller, args=(world, gone), daemon=True).start()
        write_json(announced, {"url": simulator.url, "pid": os.getpid()})
        try:
            world.wait(folder)
        finally:
            announced.unlink(missing_ok=True)
    if gone.is_set():
        shutil.rmtree(folder.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
