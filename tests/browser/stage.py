"""A staged theft with JupyterLab on a case that is not begun yet, and a browser before it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.case.folder import CaseFolder
from gdkit.case.journal import broken_entry, read_entries
from gdkit.case.results import load_result
from tests.browser.labs import Address, opened
from tests.live.scene import THIEF, Scene
from tests.live.worlds import World, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from gdkit.model import Finding
    from tests.browser.watch import Watch

EVIL = '<img src=x onerror="top.pwned=1">'
"""The name that the thief gave the instance."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A staged theft, JupyterLab on its case with a browser before it, and the role's policies as they were."""

    scene: Scene
    address: Address
    watch: Watch
    role: Any

    @property
    def page(self) -> Page:
        """The analyst's page."""
        return self.watch.page

    @property
    def finding(self) -> Finding:
        """The first of the findings that GuardDuty reported."""
        return self.scene.world.findings()[0]

    def thief(self) -> set[str]:
        """Call everything as the thief does, and give what came of it."""
        return set(self.scene.outcomes(self.scene.key(self.scene.world.staged.instance_id), THIEF).values())

    def acts(self, act: str) -> list[dict[str, Any]]:
        """Give the journal's entries of one sort; the journal is whole."""
        entries = read_entries(self.scene.case.journal)
        assert broken_entry(entries) is None
        return [entry for entry in entries if entry["act"] == act]

    def applied(self) -> list[dict[str, Any]]:
        """Give what was applied so far, as the result tells it."""
        return list(load_result(self.scene.case)["response"]["applied"])


@contextmanager
def opened_stage(browser: Browser, folder: Path) -> Iterator[Stage]:
    """Stage a theft, and open JupyterLab as an analyst does who has an alarm and no case: on a folder that is new."""
    with staged_world("theft", 7) as world:
        _name_instances(world)
        arguments = ("--case", "case", "--member-role", world.staged.member_role)
        with opened(browser, folder, "notebooks/1_triage.ipynb", *arguments) as (address, watch):
            scene = Scene(world, CaseFolder(folder / "case"))
            yield Stage(scene, address, watch, scene.role())


def _name_instances(world: World) -> None:
    """Let the thief write an attack into the name of the instance that he is on."""
    ec2 = world.accounts.backend.client("ec2", world.staged.account_id, world.staged.region)
    ec2.create_tags(Resources=[world.staged.instance_id], Tags=[{"Key": "Name", "Value": EVIL}])
