"""The engine, tried with a step on a light switch: no AWS is needed to see what is journaled, refused and settled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.case.folder import CaseFolder
from gdkit.case.response_record import CaseRecord, one_at_a_time
from gdkit.errors import AwsCall, AwsError, CaseError, GroundChangedError, ResponseError
from gdkit.response import engine, read_back
from gdkit.response.record import INTENT, OUTCOME, applications, last_applied
from gdkit.response.step import Action, Check, Evidence, Explanation, Need, ResultOf, Step, Target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass
class House:
    """Lights that stand for AWS, and the calls that were made on them."""

    lights: dict[str, bool] = field(default_factory=lambda: {"hall": True, "cellar": True})
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    fails_at: int | None = None

    def client(self, service: str, region: str, account_id: str) -> House:
        """Give the client, which is the house itself."""
        return self

    def perform(self, client: Any, operation: str, parameters: Mapping[str, Any], *, account_id: str) -> Any:
        """Stand for ``gdkit.aws.perform``."""
        if self.fails_at == len(self.calls):
            raise AwsError(
                "refused",
                call=AwsCall("house", operation),
                kind="denied",
                code="AccessDenied",
                permission="house:Switch",
            )
        self.calls.append((operation, parameters))
        self.lights[parameters["Light"]] = parameters["On"]
        return {"Bill": {"Number": f"bill-{len(self.calls)}"}}, f"request-{len(self.calls)}"


def step_of(house: House, **more: Any) -> Step:
    """Give the step: every light off."""

    def change(target: Target, now: Any, wanted: Any) -> list[Action]:
        lights = [name for name in now if now[name] != wanted[name]]
        return [Action("house", "Switch", {"Light": name, "On": wanted[name],
                                           **({"Bill": ResultOf(number - 1, "Bill.Number")} if number else {})},
                       f"Switch {name}", results=("Bill.Number",)) for number, name in enumerate(lights)]  # fmt: skip

    said = Explanation("It darkens.", "To sleep.", "Reading.", "Candles.", "Light again.", "A house.")
    return Step("dark", "Lights off", "containment", said, (Need("house:Switch", writes=True),),
                read=lambda aws, target: dict(house.lights), want=lambda target, now: dict.fromkeys(now, False),
                change=change, settles_s=0.0, **more)  # fmt: skip


@dataclass
class Bench:
    """A house, a step and a case."""

    house: House
    step: Step
    record: CaseRecord
    opened: list[frozenset[str]] = field(default_factory=list)

    def preview(self) -> Any:
        """Preview the step."""
        return engine.preview(self.step, Target("c", "aws", "1" * 12, "eu-west-1", AT), None, self.record)  # type: ignore[arg-type]

    def undo(self) -> Any:
        """Preview the undoing of the last application."""
        done = last_applied(self.record, "dark")
        assert done is not None
        return engine.preview_undo(self.step, done, None, self.record)  # type: ignore[arg-type]

    def apply(self, plan_hash: str, despite: str = "") -> Any:
        """Apply a plan."""

        def responder(actions: frozenset[str]) -> House:
            self.opened.append(actions)
            return self.house

        return engine.apply(plan_hash, {"dark": self.step}, None, responder, self.record, despite=despite)  # type: ignore[arg-type]

    def acts(self) -> list[str]:
        """Give the sorts of the journal's entries."""
        return [entry["act"].removeprefix("respond: ") for entry in self.record.entries()]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a bench whose calls go to the house."""
    house = House()
    monkeypatch.setattr(engine, "perform", house.perform)
    return Bench(house, step_of(house), CaseRecord(CaseFolder(tmp_path), "ana"))


def test_intent_before_the_first_call(bench: Bench) -> None:
    """The intent, with the whole plan, is on the disk before anything is called."""
    plan = bench.preview()
    bench.house.fails_at = 0
    with pytest.raises(AwsError):
        bench.apply(plan.hash)
    assert bench.acts() == ["intent", "call", "outcome"]
    (intent,) = (entry for entry in bench.record.entries() if entry["act"] == INTENT)
    assert intent["detail"]["hash"] == plan.hash
    assert intent["detail"]["plan"]["before"] == {"hall": True, "cellar": True}
    assert applications(bench.record)[0].status == "failed"
    assert "refused" in applications(bench.record)[0].error


def test_the_responder_is_opened_for_the_step(bench: Bench) -> None:
    """The responder gets the step's own actions, and is not opened by a preview or where nothing is to be done."""
    plan = bench.preview()
    assert bench.opened == []
    bench.apply(plan.hash)
    assert bench.opened == [frozenset({"house:Switch"})]
    bench.apply(plan.hash)
    bench.apply(bench.preview().hash)
    assert len(bench.opened) == 1


def test_answers_flow_into_later_calls(bench: Bench) -> None:
    """A later call takes what an earlier one answered, and the journal keeps it with the request's id."""
    bench.apply(bench.preview().hash)
    assert [parameters.get("Bill") for _, parameters in bench.house.calls] == [None, "bill-1"]
    (done,) = applications(bench.record)
    assert [(call["request_id"], call["results"]) for call in done.calls] == [
        ("request-1", {"Bill.Number": "bill-1"}), ("request-2", {"Bill.Number": "bill-2"})]  # fmt: skip


def test_hash_is_asked_for(bench: Bench) -> None:
    """A hash that is too short, unknown, or of a plan whose file was changed applies nothing."""
    plan = bench.preview()
    for wrong, words in ((plan.hash[:11], "12 digits"), ("f" * 64, "no plan with this hash"), ("", "12 digits")):
        with pytest.raises(ResponseError, match=words):
            bench.apply(wrong)
    path = bench.record.plans / f"{plan.hash}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("cellar", "attic"), encoding="utf-8")
    with pytest.raises(ResponseError, match="not the one that was reviewed"):
        bench.apply(plan.hash)
    assert bench.house.calls == []
    assert bench.acts() == []


def test_first_digits_are_enough(bench: Bench) -> None:
    """Twelve digits of the hash name a plan, in either case."""
    assert bench.apply(bench.preview().short_hash.upper()).verified


def test_changed_ground(bench: Bench) -> None:
    """What somebody changed since the preview is named, and nothing is done."""
    plan = bench.preview()
    bench.house.lights["hall"] = False
    with pytest.raises(GroundChangedError, match="hall was True and is False"):
        bench.apply(plan.hash)
    assert bench.house.calls == []


def test_changed_side_effects(bench: Bench) -> None:
    """A plan whose side effects have changed is another plan, though the state is the same."""
    sleeping = ["ana"]
    effects = lambda *_: [engine_effect(tuple(sleeping))]  # noqa: E731
    bench.step = replace(bench.step, effects=effects)
    plan = bench.preview()
    sleeping.append("ben")
    with pytest.raises(GroundChangedError, match="the plan's effects differ"):
        bench.apply(plan.hash)


def engine_effect(who: tuple[str, ...]) -> Any:
    """Give a side effect on some people."""
    from gdkit.response.step import SideEffect

    return SideEffect(f"wakes {', '.join(who)}", who)


def test_twice_changes_nothing_twice(bench: Bench) -> None:
    """The second time, the plan is known as applied; no call is made and no intent is written."""
    plan = bench.preview()
    bench.apply(plan.hash)
    assert bench.apply(plan.hash).already
    assert len(bench.house.calls) == 2
    assert bench.acts().count("intent") == 1


def test_undo_leaves_others_alone(bench: Bench) -> None:
    """An undo brings back what the step changed and not what others did since, and the step can then be done again."""
    bench.apply(bench.preview().hash)
    bench.house.lights["attic"] = False
    bench.apply(bench.undo().hash)
    assert bench.house.lights == {"hall": True, "cellar": True, "attic": False}
    assert last_applied(bench.record, "dark") is None
    again = bench.preview()
    assert not again.nothing_to_do


def test_undo_twice(bench: Bench) -> None:
    """An undo that was applied is known as such; the second time nothing is done."""
    bench.apply(bench.preview().hash)
    undo = bench.undo()
    bench.apply(undo.hash)
    assert bench.apply(undo.hash).already
    assert len(bench.house.calls) == 4


def test_failed_halfway(bench: Bench) -> None:
    """After a failure in the middle the old plan is refused; a new one does the rest, and all of it can be undone."""
    plan = bench.preview()
    bench.house.fails_at = 1
    with pytest.raises(AwsError):
        bench.apply(plan.hash)
    bench.house.fails_at = None
    assert bench.house.lights == {"hall": False, "cellar": True}
    with pytest.raises(GroundChangedError):
        bench.apply(plan.hash)
    rest = bench.preview()
    assert len(rest.actions) == 1
    bench.apply(rest.hash)
    bench.apply(bench.undo().hash)
    bench.apply(bench.undo().hash)
    assert bench.house.lights == {"hall": True, "cellar": True}


@pytest.mark.parametrize(("lights", "status"), [
    ({"hall": True, "cellar": True}, "not done"),
    ({"hall": False, "cellar": False}, "done"),
    ({"hall": False, "cellar": True}, "partly"),
])  # fmt: skip
def test_settled_after_a_crash(bench: Bench, lights: dict[str, bool], status: str) -> None:
    """An intent without an outcome is settled by what is found, once."""
    from gdkit.response.plan import plan_document

    plan = bench.preview()
    bench.record.write(INTENT, {"hash": plan.hash, "plan": plan_document(plan)})
    bench.house.lights = lights
    (settled,) = read_back.settle({"dark": bench.step}, None, bench.record)  # type: ignore[arg-type]
    assert settled.status == status
    assert applications(bench.record)[0].status == status
    assert read_back.settle({"dark": bench.step}, None, bench.record) == ()  # type: ignore[arg-type]
    assert (last_applied(bench.record, "dark") is None) is (status == "not done")


def test_a_call_that_landed_after_the_look(bench: Bench) -> None:
    """What was found not done right after a crash is looked at again: a call on its way then can be undone later."""
    from gdkit.response.plan import plan_document

    plan = bench.preview()
    bench.record.write(INTENT, {"hash": plan.hash, "plan": plan_document(plan)})
    read_back.settle({"dark": bench.step}, None, bench.record)  # type: ignore[arg-type]
    assert applications(bench.record)[0].status == "not done"
    bench.house.lights = {"hall": False, "cellar": False}
    (settled,) = read_back.settle({"dark": bench.step}, None, bench.record)  # type: ignore[arg-type]
    assert settled.status == "done"
    bench.apply(bench.undo().hash)
    assert bench.house.lights == {"hall": True, "cellar": True}


def test_taken_over_by_a_later_application(bench: Bench) -> None:
    """What was found not done stays so once the step was applied again: what is in force is the later one's."""
    from gdkit.response.plan import plan_document

    plan = bench.preview()
    bench.record.write(INTENT, {"hash": plan.hash, "plan": plan_document(plan)})
    bench.apply(plan.hash)
    read_back.settle({"dark": bench.step}, None, bench.record)  # type: ignore[arg-type]
    assert [one.status for one in applications(bench.record)] == ["not done", "done"]


def test_settled_though_others_changed_something(bench: Bench) -> None:
    """What others changed beside a plan does not make it look half done."""
    from gdkit.response.plan import plan_document

    plan = bench.preview()
    bench.record.write(INTENT, {"hash": plan.hash, "plan": plan_document(plan)})
    bench.house.lights = {"hall": False, "cellar": False, "attic": True}
    (settled,) = read_back.settle({"dark": bench.step}, None, bench.record)  # type: ignore[arg-type]
    assert settled.status == "done"


def test_verified_though_others_changed_something(bench: Bench) -> None:
    """Reading back holds the plan's own values against the state, and names what others changed beside them."""
    plan = bench.preview()
    bench.apply(plan.hash)
    bench.house.lights["attic"] = True
    (told,) = read_back.verify(bench.step, plan, None)  # type: ignore[arg-type]
    assert told.holds is True
    assert "others changed since: attic" in told.found
    assert bench.apply(plan.hash).already
    bench.house.lights["hall"] = True
    assert [check.holds for check in read_back.verify(bench.step, plan, None)] == [False]  # type: ignore[arg-type]


def test_what_cannot_be_read_back_is_not_in_force(bench: Bench) -> None:
    """A state that somebody else took over is told as not as planned, with the reason; it is no crash."""
    plan = bench.preview()
    bench.apply(plan.hash)

    def refuses(*_: Any) -> Any:
        raise ResponseError("somebody rewrote it")

    broken = replace(bench.step, read=refuses)
    (told,) = read_back.verify(broken, plan, None)  # type: ignore[arg-type]
    assert (told.holds, told.found) == (False, "somebody rewrote it")


def test_refused_at_the_first_call(bench: Bench) -> None:
    """A plan whose first call AWS refused changed nothing: there is nothing to verify or undo."""
    bench.house.fails_at = 0
    with pytest.raises(AwsError):
        bench.apply(bench.preview().hash)
    assert applications(bench.record)[0].status == "failed"
    assert last_applied(bench.record, "dark") is None


def test_a_lost_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call whose answer was lost is looked at later; where its change is in force, it counts as done."""
    real = bench.house.perform

    def silent(client: Any, operation: str, parameters: Any, *, account_id: str) -> Any:
        real(client, operation, parameters, account_id=account_id)
        if len(bench.house.calls) == 2:
            raise AwsError("the connection was cut", call=AwsCall("house", operation), kind="unreachable")
        return {"Bill": {"Number": "bill-1"}}, "request-1"

    monkeypatch.setattr(engine, "perform", silent)
    with pytest.raises(AwsError):
        bench.apply(bench.preview().hash)
    assert applications(bench.record)[0].status == "failed"
    read_back.settle({"dark": bench.step}, None, bench.record)  # type: ignore[arg-type]
    assert applications(bench.record)[0].status == "done"


def test_nothing_to_do_is_no_application(bench: Bench) -> None:
    """A plan for a state that is in force already does nothing, and nothing is this case's to undo."""
    bench.house.lights = {"hall": False, "cellar": False}
    assert bench.apply(bench.preview().hash).already
    assert bench.acts() == []
    assert last_applied(bench.record, "dark") is None


def test_a_failed_check_asks_for_a_reason(bench: Bench) -> None:
    """A plan of which a check failed is applied only where a person says why; the reason stands in the journal."""
    bench.step = replace(bench.step, prove=lambda *_: [Check("nobody reads", False, "ana reads", stops=True)])
    plan = bench.preview()
    with pytest.raises(ResponseError, match=r"nobody reads\? NO: ana reads"):
        bench.apply(plan.hash)
    assert bench.house.calls == []
    assert bench.acts() == []
    bench.apply(plan.hash, despite="she has a torch")
    assert bench.record.entries()[0]["detail"]["despite"] == "she has a torch"


def test_a_crash_is_settled_before_the_next(bench: Bench) -> None:
    """Applying anything first settles what a dead process left open."""
    from gdkit.response.plan import plan_document

    plan = bench.preview()
    bench.record.write(INTENT, {"hash": plan.hash, "plan": plan_document(plan)})
    bench.apply(plan.hash)
    assert bench.acts() == ["intent", "outcome", "intent", "call", "call", "outcome"]


def test_not_as_planned(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that does not take is told, value by value, and never called verified."""
    plan = bench.preview()
    monkeypatch.setattr(engine, "perform", lambda *_, **__: ({"Bill": {"Number": ""}}, "r"))
    applied = bench.apply(plan.hash)
    assert not applied.verified
    assert {check.what for check in applied.checks} == {"hall is as planned", "cellar is as planned"}


def test_answer_without_what_is_needed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that was cut off stops the step before a later call is made with nothing in it."""
    monkeypatch.setattr(engine, "perform", lambda *_, **__: ({}, "r"))
    plan = bench.preview()
    with pytest.raises(ResponseError, match=r"lacks Bill\.Number"):
        bench.apply(plan.hash)
    assert applications(bench.record)[0].status == "failed"


def test_evidence_is_collected(bench: Bench) -> None:
    """A step that only collects keeps its documents with their hashes, and opens no responder."""
    bench.house.lights = {"hall": False, "cellar": False}
    bench.step = replace(bench.step, collects=lambda target, now: ["lights.json"],
                         collect=lambda aws, target: [Evidence("lights.json", b"{}", "house Describe")])  # fmt: skip
    plan = bench.preview()
    assert not plan.nothing_to_do
    assert bench.apply(plan.hash).verified
    assert (bench.record.case.evidence / "lights.json").read_bytes() == b"{}"
    assert bench.opened == []
    assert OUTCOME in [entry["act"] for entry in bench.record.entries()]


def test_checks_after(bench: Bench) -> None:
    """What a step checks after counts: a check that cannot be told is not a yes."""
    bench.step = replace(bench.step, confirm=lambda *_: [Check("is it dark", None, "the curtains are closed")])
    applied = bench.apply(bench.preview().hash)
    assert not applied.verified
    assert applied.checks[-1].found == "the curtains are closed"


def test_one_at_a_time(bench: Bench) -> None:
    """Two processes cannot apply in one case at once."""
    with one_at_a_time(bench.record.case), pytest.raises(CaseError, match="another process"):  # noqa: SIM117
        with one_at_a_time(bench.record.case):
            pass
    with one_at_a_time(bench.record.case):
        pass
