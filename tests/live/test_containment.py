"""What containment must hold in a simulated account, by real calls of the thief, the siblings and the responder."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.case.evidence import load_table
from gdkit.case.results import load_result
from gdkit.case.verdicts import record_verdict
from gdkit.responding import after
from tests.live.scene import ASKED, REFUSED, SITE, THIEF, Scene
from tests.live.worlds import investigate, staged_world

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.xdist_group("containment of a simulated theft"), pytest.mark.usefixtures("unpaced")]

IN_ORDER = ("deny-session", "describe-instance", "protect-instance", "snapshot-volumes", "instance-profile",
            "isolate-instance", "require-imdsv2", "imds-defaults")  # fmt: skip
"""The steps of the playbook that are not optional."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Stage and investigate a theft once; the tests go on one after another."""
    with staged_world("theft", 5) as world:
        made = investigate(world, tmp_path_factory.mktemp("containment") / "case")
        record_verdict(made.case, "malicious", "not ours")
        yield Scene(world, made.case)


def test_every_service_of_the_scenario_is_asked(scene: Scene) -> None:
    """The calls below are of each service that the thief used with the stolen session, no less."""
    events = load_table(scene.case, "session_events")
    mine = events[(events["party"] == "thief") & (events["hop"] == 0)]
    assert {str(one).partition(".")[0] for one in mine["event_source"]} == set(ASKED)


def test_session_deny_holds(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thief is refused everywhere, with the old key and with a new one; siblings go on; the undo is exact."""
    leaked, before = scene.world.staged.instance_id, scene.role()
    stolen, others = scene.key(leaked), [scene.key(one) for one in scene.siblings]
    usual = scene.outcomes(others[0], SITE)
    assert scene.outcomes(stolen, THIEF) == usual
    assert sum(one == "ok" for one in usual.values()) >= 5
    assert len(others) >= 2

    plan = scene.apply("deny-session")
    assert all(check["holds"] for check in plan["checks"] if "SimulatePrincipalPolicy" not in check["what"])
    scene.world.accounts.clock.set(scene.world.accounts.clock.now() + timedelta(minutes=20))
    assert set(scene.outcomes(stolen, THIEF).values()) <= REFUSED
    assert set(scene.outcomes(scene.key(leaked), THIEF).values()) <= REFUSED, "a credential that was fetched after"
    assert [scene.outcomes(one, SITE) for one in others] == [usual] * len(others)

    _looked_at_half_an_hour_later(scene, monkeypatch)
    scene.apply("deny-session", "--undo")
    assert scene.role() == before
    assert scene.outcomes(scene.key(leaked), THIEF) == usual


def _looked_at_half_an_hour_later(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look by CloudTrail, on the simulated clock, whether the Deny works: it does, session by session."""
    clock = scene.world.accounts.clock
    clock.set(clock.now() + timedelta(minutes=20))

    class Simulated(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return clock.now().astimezone(tz)

    with monkeypatch.context() as patch:
        patch.setattr(after, "datetime", Simulated)
        found = scene.gdkit("recheck", "--json")
    assert found["holds"] is True, found
    told = {row["principal_id"].partition(":")[2]: row for row in found["rows"]}
    assert told[scene.world.staged.instance_id]["refused"] >= 2 * len(ASKED)
    assert all(told[one]["holds"] and told[one]["passed"] for one in scene.siblings)


def test_whole_order_and_back(scene: Scene) -> None:
    """Every step of the order that is not optional is applied, the order shows it, and all of it is undone again."""
    role, host = scene.role(), scene.host()
    for step in IN_ORDER:
        scene.apply(step)
    order = {row["name"]: row["state"] for row in scene.gdkit("--json")["rows"]}
    assert {order[step] for step in IN_ORDER[1:]} == {"done"}
    checklist = {row["name"]: row["standing"] for row in scene.gdkit("recovery", "--json")["rows"]}
    assert checklist["evidence"] == "done"
    assert checklist["lift-deny"] == "not yet"
    assert load_result(scene.case)["response"]["checklists"][-1]["lift"] == "not yet"
    for step in reversed(IN_ORDER):
        if step != "describe-instance":
            scene.apply(step, "--undo")
    assert scene.role() == role
    assert scene.host() == host


def test_who_still_answers_imdsv1(scene: Scene) -> None:
    """The role's instances come first, by name; one that requires IMDSv2 is off the list, back by the undo."""
    leaked = scene.world.staged.instance_id
    before = {row["instance_id"]: row for row in scene.gdkit("imds", "--json")["rows"]}
    assert set(scene.siblings) | {leaked} <= {name for name, row in before.items() if row["same_role"]}
    scene.apply("require-imdsv2")
    found = scene.gdkit("imds", "--json")
    assert {row["instance_id"] for row in found["rows"]} == set(before) - {leaked}
    assert found["holds"] is False
    assert any("imds-defaults" in one and scene.world.staged.region in one for one in found["notes"])
    scene.apply("require-imdsv2", "--undo")
