"""Queries run once each: taken up where a run was killed, ended where it is stopped, and held to a limit."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.errors import AwsError, CostError
from gdkit.progress import files_line
from gdkit.trail import load_trail
from gdkit.trail.fetched import Watch
from gdkit.trail.query import run
from gdkit.trail.query.engine import QueryState
from gdkit.trail.query.run import Kept, Runs, StoppedHereError
from tests.trail.query.engines import STORE, MadeUpEngine, error
from tests.trail.query.tables import KEY, question

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = [{"eventID": f"e{number}", "eventName": "ListBuckets", "eventSource": "s3.amazonaws.com",
            "eventTime": "2026-11-02T00:00:00Z", "userIdentity": {"accessKeyId": KEY}}
           for number in range(5)]  # fmt: skip
STATEMENT = STORE.statement(question())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass while tests wait."""
    monkeypatch.setattr(run.time, "sleep", lambda _: None)


def runs(engine: MadeUpEngine, folder: Path, state: dict[str, Any], watch: Watch | None = None, *,
         most_bytes: int = 10**9) -> Runs:  # fmt: skip
    """Give what runs the queries of a fetch; what it keeps goes to ``state`` as JSON would keep it."""
    kept = Kept(folder, state, lambda: json.dumps(state))  # type: ignore[arg-type, return-value]
    return Runs(engine, STORE, kept, watch or Watch(), most_bytes=most_bytes)


def test_answer_is_kept_as_log_files(tmp_path: Path) -> None:
    """The answer of a query lies in the folder as log files that the loader reads."""
    engine, state = MadeUpEngine(RECORDS), {}
    one = runs(engine, tmp_path, state)
    assert one.answer(STATEMENT) == 5
    assert (one.records, one.done, one.bytes_scanned) == (5, 1, 1_000_000)
    assert set(load_trail([tmp_path]).events["event_id"]) == {f"e{number}" for number in range(5)}


def test_progress_counts_queries(tmp_path: Path) -> None:
    """How far it is, is told in queries and in what they scanned: there are no files."""
    told: list[str] = []
    watch = Watch(on_progress=lambda progress: told.append(files_line(progress)))
    runs(MadeUpEngine(RECORDS), tmp_path, {}, watch).answer(STATEMENT)
    assert told[-1] == "1 of 1 queries answered, 1 of 1 MB, 5 records"


def test_no_record_leaves_an_empty_file(tmp_path: Path) -> None:
    """A query that finds nothing leaves a log file without a record: it was asked, and that was the answer."""
    assert runs(MadeUpEngine(), tmp_path, {}).answer(STATEMENT) == 0
    assert load_trail([tmp_path]).events.empty


def test_many_records_in_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Very many records are written in several files, each once."""
    monkeypatch.setattr(run, "RECORDS_A_FILE", 2)
    assert runs(MadeUpEngine(RECORDS), tmp_path, {}).answer(STATEMENT) == 5
    assert len(list(tmp_path.glob("query-*.json.gz"))) == 3
    assert len(load_trail([tmp_path]).events) == 5


def test_answered_query_is_not_run_again(tmp_path: Path) -> None:
    """A later run takes an answer that is there; where its file is gone, the query's answer is fetched again."""
    engine, state = MadeUpEngine(RECORDS), {}
    runs(engine, tmp_path, state).answer(STATEMENT)
    later = runs(engine, tmp_path, state)
    assert later.is_answered(STATEMENT)
    assert later.answer(STATEMENT) == 5
    assert len(engine.started) == 1
    for path in tmp_path.glob("query-*"):
        path.unlink()
    assert runs(engine, tmp_path, state).answer(STATEMENT) == 5
    assert len(engine.started) == 1, "AWS still has the answer"


def test_running_query_is_taken_up(tmp_path: Path) -> None:
    """A run that was killed while its query ran is gone on with: the query is not begun a second time."""
    engine, state = MadeUpEngine(RECORDS, polls=3), {}

    def die() -> None:
        raise RuntimeError("killed")

    engine.on_look = die
    with pytest.raises(RuntimeError):
        runs(engine, tmp_path, state).answer(STATEMENT)
    engine.on_look = lambda: None
    assert runs(engine, tmp_path, copy.deepcopy(state)).answer(STATEMENT) == 5
    assert len(engine.started) == 1
    assert engine.stopped == []


def test_killed_between_begin_and_note(tmp_path: Path) -> None:
    """A run that was killed after AWS took the query and before its id was kept gets the same query by its token."""
    engine, state = MadeUpEngine(RECORDS), {}
    first = runs(engine, tmp_path, state)
    first.answer(STATEMENT)
    (only,) = state["queries"].values()
    for name in ("id", "records"):
        del only[name]
    assert runs(engine, tmp_path, state).answer(STATEMENT) == 5
    assert len(engine.started) == 1


@pytest.mark.parametrize("how", ["gone", "failed", "no rows"])
def test_query_that_cannot_be_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Where AWS knows the earlier query no more, or it failed, or its answer is gone, it is begun anew."""
    engine, state = MadeUpEngine(RECORDS), {}
    runs(engine, tmp_path, state).answer(STATEMENT)
    for path in tmp_path.glob("query-*"):
        path.unlink()
    state["nonce"] = "another"
    if how == "gone":
        engine.known = False
        begin = engine.start
        monkeypatch.setattr(engine, "start", lambda *asked: (setattr(engine, "known", True), begin(*asked))[1])
    elif how == "failed":
        look = engine.look
        monkeypatch.setattr(engine, "look",
                            lambda one: QueryState("failed", 0, "x") if one == "query-1" else look(one))  # fmt: skip
    else:
        rows = engine.rows
        monkeypatch.setattr(engine, "rows", lambda one: _raise() if one == "query-1" else rows(one))
    assert runs(engine, tmp_path, state).answer(STATEMENT) == 5
    assert len(engine.started) == 2


def _raise() -> Any:
    raise error("the results are not there any more", code="InvalidRequestException")


def test_failed_query_is_told_and_begun_anew_later(tmp_path: Path) -> None:
    """A query that fails tells what to do; a later run begins it again, and what was scanned counts."""
    engine, state = MadeUpEngine(RECORDS), {}
    engine.ends = {"SELECT": QueryState("failed", 7, "TABLE_NOT_FOUND: line 1:1: Table 'x' does not exist")}
    with pytest.raises(AwsError, match="there is no such table") as told:
        runs(engine, tmp_path, state).answer(STATEMENT)
    assert told.value.action
    engine.ends = {}
    later = runs(engine, tmp_path, state)
    assert later.answer(STATEMENT) == 5
    assert len(engine.started) == 2
    assert later.bytes_scanned == 1_000_007


def test_stop_ends_the_query_at_aws(tmp_path: Path) -> None:
    """A person who stops it ends the running query, which would go on and be paid for; a later run begins it anew."""
    engine, state = MadeUpEngine(RECORDS, polls=50), {}
    asked = iter([False, False, True])
    with pytest.raises(StoppedHereError):
        runs(engine, tmp_path, state, Watch(is_stopped=lambda: next(asked, True))).answer(STATEMENT)
    assert engine.stopped == ["query-1"]
    engine.polls = 0
    assert runs(engine, tmp_path, state).answer(STATEMENT) == 5
    assert len(engine.started) == 2


def test_ctrl_c_ends_the_query_at_aws(tmp_path: Path) -> None:
    """Ctrl-C ends the running query, too, before it ends the command."""
    engine = MadeUpEngine(RECORDS, polls=50)

    def press() -> None:
        raise KeyboardInterrupt

    engine.on_look = press
    with pytest.raises(KeyboardInterrupt):
        runs(engine, tmp_path, {}).answer(STATEMENT)
    assert engine.stopped == ["query-1"]


def test_query_that_cannot_be_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the query cannot be ended, the person is told to end it; one that was over needs no word."""
    for code, told in (("AccessDeniedException", 1), ("InactiveQueryException", 0)):
        engine = MadeUpEngine(RECORDS, polls=50)

        def refuse(_: str, code: str = code) -> None:
            raise error("no permission", code=code)

        monkeypatch.setattr(engine, "stop", refuse)
        stopping = runs(engine, tmp_path, {}, Watch(is_stopped=lambda: True))
        with pytest.raises(StoppedHereError):
            stopping.answer(STATEMENT)
        assert len(stopping.warnings) == told


def test_limit_held_while_it_runs(tmp_path: Path) -> None:
    """A query that scans more than it may is ended, and the error says how to allow it."""
    engine = MadeUpEngine(RECORDS, polls=3)
    with pytest.raises(CostError, match=r"had scanned 0\.5 MB, which is more than 100 bytes") as told:
        runs(engine, tmp_path, {}, most_bytes=100).answer(STATEMENT)
    assert engine.stopped == ["query-1"]
    assert "--max-bytes 2000000" in str(told.value)


def test_limit_passed_unseen(tmp_path: Path) -> None:
    """A query that is done before it is seen to be above the limit keeps its answer, and that is told, later too."""
    engine, state = MadeUpEngine(RECORDS, polls=0), {}
    one = runs(engine, tmp_path, state, most_bytes=100)
    assert one.answer(STATEMENT) == 5
    (told,) = one.above_limit()
    assert "1.0 MB were scanned, and 100 bytes were allowed" in told
    assert list(runs(engine, tmp_path, state).above_limit()) == [told]
    assert list(runs(MadeUpEngine(RECORDS), tmp_path / "within", {}).above_limit()) == []


def test_ended_query_was_paid_for(tmp_path: Path) -> None:
    """What a query had scanned when it was ended counts, beside what it scans when it is run again."""
    engine, state = MadeUpEngine(RECORDS, polls=3), {}
    with pytest.raises(CostError):
        runs(engine, tmp_path, state, most_bytes=100).answer(STATEMENT)
    again = runs(engine, tmp_path, state)
    assert again.bytes_scanned == 500_000
    again.answer(STATEMENT)
    assert again.bytes_scanned == 1_500_000


def test_busy_service_is_waited_for(tmp_path: Path) -> None:
    """A service that takes no more queries now is asked again; one that never does, or refuses, is not."""
    engine = MadeUpEngine(RECORDS)
    engine.refuse = [error("slow down", kind="throttled"), error("too many", code="MaxConcurrentQueriesException")]
    assert runs(engine, tmp_path / "a", {}).answer(STATEMENT) == 5
    engine.refuse = [error("slow down", kind="throttled")] * 6
    with pytest.raises(AwsError, match="slow down"):
        runs(engine, tmp_path / "b", {}).answer(STATEMENT)
    engine.refuse = [error("AWS refused it (InvalidRequestException): WorkGroup is not found: ir")]
    with pytest.raises(AwsError, match="the work group is not there") as told:
        runs(engine, tmp_path / "c", {}).answer(STATEMENT)
    assert "primary" in told.value.action


def test_busy_while_a_query_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that takes no question about a query now is asked again; the query is not begun anew."""
    engine, busy = MadeUpEngine(RECORDS, polls=2), [error("slow down", kind="throttled")] * 3
    look = engine.look

    def refuse(query_id: str) -> Any:
        if busy:
            raise busy.pop()
        return look(query_id)

    monkeypatch.setattr(engine, "look", refuse)
    assert runs(engine, tmp_path, {}).answer(STATEMENT) == 5
    assert len(engine.started) == 1


def test_progress(tmp_path: Path) -> None:
    """Who looks on is told of bytes scanned and records found."""
    told: list[Any] = []
    runs(MadeUpEngine(RECORDS, polls=2), tmp_path, {}, Watch(told.append)).answer(STATEMENT)
    assert [(one.files_done, one.bytes_done, one.records) for one in told] == [
        (0, 500_000, 0), (0, 500_000, 0), (1, 1_000_000, 5),
    ]  # fmt: skip
