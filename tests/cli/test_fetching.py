"""Commands on sources in AWS: the span of time, the limits, a person's leave, and what is kept; AWS is a shelf."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.case.evidence import manifest
from gdkit.case.folder import case_terms, open_case, set_terms, start_case
from gdkit.errors import AwsCall, AwsError, StoppedError, TrailError, UsageError
from gdkit.gathering import Tellers, gather_events
from gdkit.gathering.fetched import fetch_sources
from gdkit.ledger_row import LedgerRow
from gdkit.model import Subject
from gdkit.trail.fetched import FETCHERS, Cost, Fetched, Terms, folder_of
from gdkit.trail.fetched.store import Plan, write_plan, write_records
from gdkit.trail.named import S3Trail, parse_source, remote_sources
from tests.trail import samples
from tests.trail.fetched.made import Shelf
from tests.trail.search import calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gdkit.case.folder import CaseFolder
    from tests.cli.ended import Ended

BUCKET, OTHER = "s3://audit-logs/AWSLogs", "s3://other-logs"
PRINCIPAL = f"{samples.ROLE_ID}:{samples.INSTANCE}"


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Put a shelf of two sources in the place of S3."""
    made = Shelf({BUCKET: [samples.event(number) for number in range(3)], OTHER: []})
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: made.fetch)  # type: ignore[arg-type]
    monkeypatch.setattr("gdkit.aws.open_read_only", lambda _access: None)
    return made


@pytest.fixture
def run(gdkit: Callable[..., Ended], shelf: Shelf) -> Callable[..., Ended]:
    """Give the command line as a function, with a shelf in the place of S3."""
    assert shelf
    return gdkit


@pytest.fixture
def case(tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> CaseFolder:
    """Give a case whose sources lie in AWS."""
    from gdkit.aws.access import AwsAccess

    monkeypatch.setattr("gdkit.gathering.access.open_aws", lambda _case: object())
    subject = Subject(principal_id=PRINCIPAL, instance_id=samples.INSTANCE)
    made = start_case(tmp_path / "case", subject, trail=[BUCKET], access=AwsAccess(regions=("eu-west-1",)))
    set_terms(made, Terms(since=datetime(2026, 11, 1, tzinfo=UTC)))
    return made


def subject_of_case() -> Subject:
    """Give what the case is about."""
    return Subject(principal_id=PRINCIPAL, instance_id=samples.INSTANCE)


def test_events_of_a_bucket(run: Callable[..., Ended], shelf: Shelf, tmp_path: Path) -> None:
    """``events`` asks about the span and regions that are named, not about addresses; what is fetched can be kept."""
    ended = run("events", PRINCIPAL, "--trail", BUCKET, "--since", "2026-11-01", "--until", "2026-11-01T12:00Z",
                "--region", "eu-west-1", "--keep", tmp_path / "kept")  # fmt: skip
    assert ended.out.startswith("3 events of the session")
    assert f"Read in AWS: {BUCKET}: 3 objects, 3 requests, 0 bytes." in ended.out
    assert ended.status == 3, "the shelf has a gap"
    (_, asked) = shelf.asked[0]
    assert (asked.since, asked.until) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert (asked.regions, asked.addresses, asked.session_names) == (("eu-west-1",), (), (samples.INSTANCE,))
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [folder_of(tmp_path, parse_source(BUCKET)).name]  # type: ignore[arg-type]


def test_where_events_are_from(run: Callable[..., Ended], tmp_path: Path) -> None:
    """An event names the file that is kept of it, or else its source: never a file that is gone by then."""
    asked = ("events", PRINCIPAL, "--trail", BUCKET, "--since", "2026-11-01", "--json")
    assert {row["source_file"] for row in json.loads(run(*asked).out)["events"]} == {BUCKET}
    kept = json.loads(run(*asked, "--keep", tmp_path / "kept").out)["events"]
    assert {row["source_file"] for row in kept} <= {str(path) for path in (tmp_path / "kept").rglob("*.json.gz")}


def test_files_and_bucket_together(run: Callable[..., Ended], tmp_path: Path) -> None:
    """An event that stands in a file and in a bucket counts once; each source has its own line in the ledger."""
    samples.write(tmp_path / "logs" / "a.json", samples.records_text(4))
    document = json.loads(run("events", PRINCIPAL, "--trail", tmp_path / "logs", "--trail", BUCKET, "--json").out)
    assert len(document["events"]) == 4
    assert [row["records"] for row in document["coverage"]["searched"]] == [4, 3]
    assert document["coverage"]["searched"][1]["source"] == f"{BUCKET}: 3 objects, 3 requests, 0 bytes"


def interrupted(shelf: Shelf) -> Any:
    """Give a fetcher during which a person presses Ctrl-C; of the second source nothing is come to any more."""

    def fetch(source: Any, question: Any, folder: Path, **named: Any) -> Any:
        if named["watch"].is_stopped() or source.text == OTHER:
            os.kill(os.getpid(), 0 if named["watch"].is_stopped() else signal.SIGINT)
            raise StoppedError("it was stopped while the log files were listed", action="run it again")
        os.kill(os.getpid(), signal.SIGINT)
        return shelf.fetch(source, question, folder, **named)

    return fetch


def test_ctrl_c_while_fetching(
    run: Callable[..., Ended], shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ctrl-C during a fetch shows what was fetched, and names the sources and files that were not come to."""
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: interrupted(shelf))
    samples.write(tmp_path / "logs" / "a.json", samples.records_text(4))
    ended = run("events", PRINCIPAL, "--trail", BUCKET, "--trail", OTHER, "--trail", tmp_path / "logs",
                "--since", "2026-11-01")  # fmt: skip
    assert ended.status == 3
    assert ended.out.startswith("3 events of the session")
    assert f"  - {OTHER}: it was stopped while the log files were listed; run it again to go on" in ended.out
    assert f"  - {tmp_path / 'logs'}: it was stopped before they were searched" in ended.out


def test_ctrl_c_before_anything(run: Callable[..., Ended], shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before anything was read says that, and how to go on, whatever the source is."""
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: interrupted(shelf))
    ended = run("events", PRINCIPAL, "--trail", OTHER)
    assert (ended.status, ended.out) == (1, "")
    assert "it was stopped before anything was read" in ended.err
    assert "--keep FOLDER" in ended.err


def test_a_week_without_a_finding(run: Callable[..., Ended], shelf: Shelf) -> None:
    """Without a span and a finding, a week to the present is asked about."""
    run("events", PRINCIPAL, "--trail", BUCKET)
    (_, asked) = shelf.asked[0]
    assert asked.until - asked.since == timedelta(days=7)
    assert abs(datetime.now(UTC) - asked.until) < timedelta(minutes=5)


def test_hunt_asks_for_everything(run: Callable[..., Ended], shelf: Shelf) -> None:
    """``hunt`` asks for all events of the span, whoever made them."""
    run("hunt", "--trail", BUCKET, "--since", "2026-11-01", "--until", "now")
    (_, asked) = shelf.asked[0]
    assert asked.names_nobody
    assert asked.since == datetime(2026, 11, 1, tzinfo=UTC)


def test_hunt_counts_kinds(run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    """``hunt`` counts the kinds of event of a source in AWS as it does those of files, each event once."""
    kinds = [{"eventCategory": "Management"}, {"eventCategory": "Management"}, {"eventCategory": "Data"}, {}]
    held = [samples.event(number, **{"eventCategory": None, **kind}) for number, kind in enumerate(kinds)]

    def every_record(source: Any, question: Any, folder: Path, **_: Any) -> Fetched:
        write_records(folder / "records-00001.json.gz", map(json.dumps, held))
        write_plan(folder, Plan("athena", source.text, question.document(), complete=True))
        empty = LedgerRow(source.text, "searched", "111122223333", "us-west-2", records=0, how="Athena", detail="all")
        row = LedgerRow(source.text, "searched", "111122223333", "eu-west-1", records=4, how="Athena", detail="all")
        return Fetched(folder, source.text, question, 4, Cost(requests=3), places=(row, empty))

    monkeypatch.setitem(FETCHERS, S3Trail, lambda: every_record)
    ended = run("hunt", "--trail", BUCKET, "--since", "2026-11-01")
    assert "kinds of event: Data 1, Management 2, not recorded 1" in ended.out
    assert "files, but no event" not in ended.out, "no file is named for that region"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "'yesterday' is no time"),
        (("--since", "2026-11-02", "--until", "2026-11-01"), "ends before it begins"),
        (("--trail", "s3://B"), "no bucket's name"),
        (("--trail", "lake:mine"), "8-4-4-4-12 hexadecimal digits"),
    ],
)
def test_wrong_use(run: Callable[..., Ended], shelf: Shelf, arguments: tuple[str, ...], said: str) -> None:
    """What is wrongly written is told before anything is asked."""
    ended = run("events", PRINCIPAL, "--trail", BUCKET, *arguments)
    assert (ended.status, shelf.asked) == (2, [])
    assert said in ended.err


@pytest.mark.parametrize(
    "command", [("events", PRINCIPAL), ("hunt",), ("investigate", PRINCIPAL)], ids=lambda one: one[0]
)
@pytest.mark.parametrize("span", ["--since", "--until"])
def test_a_span_for_log_files_alone(
    run: Callable[..., Ended], tmp_path: Path, command: tuple[str, ...], span: str
) -> None:
    """Log files are read whole, so that a span for nothing else is refused, not passed over."""
    samples.write(tmp_path / "log.json", samples.records_text(3))
    more = ("--case", str(tmp_path / "case")) if command[0] == "investigate" else ()
    ended = run(*command, "--trail", str(tmp_path / "log.json"), span, "2026-11-01", *more)
    assert ended.status == 2
    assert "log files and archives of them are read whole" in ended.err
    assert not (tmp_path / "case").exists()


def test_above_the_limit(run: Callable[..., Ended]) -> None:
    """Where nobody sits at a terminal, a source above the limit is refused, with the options that allow it."""
    ended = run("events", PRINCIPAL, "--trail", BUCKET, "--max-objects", "2")
    assert (ended.status, ended.out) == (1, "")
    assert "--max-objects 3 --max-bytes 0" in ended.err


@pytest.mark.parametrize(("answer", "status"), [(True, 3), (False, 1)])
def test_a_person_is_asked(
    run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, *, answer: bool, status: int
) -> None:
    """Where a person sits at a terminal, he is asked, with the estimate before his eyes."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_args, **_named: answer)
    ended = run("events", PRINCIPAL, "--trail", BUCKET, "--max-objects", "2")
    assert ended.status == status
    assert f"{BUCKET}: reading it takes 3 objects" in ended.err


def test_case_fetches_and_reads(case: CaseFolder, shelf: Shelf) -> None:
    """A case asks about its finding's addresses too; what is fetched is evidence, and its gaps are the case's."""
    trail = gather_events(case, subject_of_case(), [BUCKET])
    assert len(trail.events) == 3
    assert any(row["file"].endswith("records-00001.json.gz") for row in manifest(case))
    assert any(gap.what == "an object" and gap.kind == "denied" for gap in trail.coverage.not_searched)
    (_, asked) = shelf.asked[0]
    assert asked.regions == ("eu-west-1",)
    again = gather_events(case, subject_of_case(), [BUCKET])
    assert len(again.events) == 3
    assert shelf.asked[-1][1].until == asked.until, "a later run goes on with the same span"


def test_one_source_out_of_reach(case: CaseFolder, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several sources, one that cannot be reached is a gap; the only one is an error."""

    def refuse(source: Any, *arguments: Any, **named: Any) -> Any:
        if source.text == OTHER:
            raise AwsError("no permission for s3:ListBucket", call=AwsCall("s3", "ListObjectsV2"), kind="denied",
                           permission="s3:ListBucket", action="ask for it")  # fmt: skip
        return shelf.fetch(source, *arguments, **named)

    monkeypatch.setitem(FETCHERS, S3Trail, lambda: refuse)  # type: ignore[arg-type]
    trail = gather_events(case, subject_of_case(), [BUCKET, OTHER])
    assert len(trail.events) == 3
    gap = next(gap for gap in trail.coverage.not_searched if gap.what == OTHER)
    assert (gap.kind, gap.failed, gap.reason) == (
        "denied",
        True,
        "no permission for s3:ListBucket; what to do: ask for it",
    )
    assert any(row.source == OTHER and row.state == "denied" for row in trail.coverage.places)
    with pytest.raises(AwsError, match="s3:ListBucket"):
        gather_events(case, subject_of_case(), [OTHER])


def test_events_without_one_source(run: Callable[..., Ended], shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command shows what other sources gave, and says of the one that refused what to do; alone it is an error."""

    def refuse(source: Any, *arguments: Any, **named: Any) -> Any:
        if source.text == OTHER:
            raise TrailError("the table lists no such region", where="logs.trail", action="make another")
        return shelf.fetch(source, *arguments, **named)

    monkeypatch.setitem(FETCHERS, S3Trail, lambda: refuse)  # type: ignore[arg-type]
    ended = run(
        "events", PRINCIPAL, "--trail", OTHER, "--trail", BUCKET, "--since", "2026-11-01", "--until", "2026-11-02"
    )
    assert ended.status == 3
    assert ended.out.startswith("3 events of the session")
    assert f"  - {OTHER}: the table lists no such region; what to do: make another\n" in ended.out
    alone = run("events", PRINCIPAL, "--trail", OTHER)
    assert alone.status not in (0, 3)
    assert "the table lists no such region" in alone.err


def test_refused_when_asked_for_more(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that gave its records, and refuses when it is asked for keys that turned up, loses nothing it gave."""
    shelf = Shelf({BUCKET: [calls.assume_role(1, 0), calls.call(2, 0)]})

    def refuse(source: Any, question: Any, *arguments: Any, **named: Any) -> Any:
        if question.access_key_ids:
            raise AwsError("the token has expired", call=AwsCall("s3"), kind="expired", action="sign in again")
        return shelf.fetch(source, question, *arguments, **named)

    monkeypatch.setitem(FETCHERS, S3Trail, lambda: refuse)  # type: ignore[arg-type]
    trail = gather_events(case, subject_of_case(), [BUCKET])
    assert len(trail.events) == 2
    assert [(gap.what, gap.failed) for gap in trail.coverage.not_searched if gap.what == BUCKET] == [(BUCKET, True)]


def test_one_source_cannot_be_asked(case: CaseFolder, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several sources, one that cannot be asked such a question is a gap; the only one is an error."""

    def refuse(source: Any, *arguments: Any, **named: Any) -> Any:
        if source.text == OTHER:
            raise TrailError("the table lists no such region", where="logs.trail", action="make another")
        return shelf.fetch(source, *arguments, **named)

    monkeypatch.setitem(FETCHERS, S3Trail, lambda: refuse)  # type: ignore[arg-type]
    trail = gather_events(case, subject_of_case(), [BUCKET, OTHER])
    assert len(trail.events) == 3
    (gap,) = [gap for gap in trail.coverage.not_searched if gap.what == OTHER]
    assert gap.failed
    assert gap.reason == "the table lists no such region; what to do: make another"
    with pytest.raises(TrailError, match="no such region"):
        gather_events(case, subject_of_case(), [OTHER])


def test_nothing_fetched_and_no_file(case: CaseFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no source can be reached at all, there is nothing to read, and that is an error."""

    def refuse(*_arguments: Any, **_named: Any) -> Any:
        raise AwsError("no permission", call=AwsCall("s3"), kind="denied")

    monkeypatch.setitem(FETCHERS, S3Trail, lambda: refuse)  # type: ignore[arg-type]
    with pytest.raises(AwsError, match="no permission"):
        gather_events(case, subject_of_case(), [BUCKET, OTHER])


def test_way_to_aws_is_needed(tmp_path: Path, shelf: Shelf) -> None:
    """A case that was begun on files alone does not ask AWS, and says how it would."""
    case = start_case(tmp_path / "files", subject_of_case(), trail=["logs"])
    with pytest.raises(UsageError, match="names no way to AWS"):
        gather_events(case, subject_of_case(), [BUCKET])


def test_fetched_before_the_notebooks(case: CaseFolder, shelf: Shelf) -> None:
    """A case's sources can be fetched without reading them, so that a person can be asked before its notebooks run."""
    asked: list[str] = []

    def allow(source: str, _cost: Any) -> bool:
        asked.append(source)
        return True

    from gdkit.case.folder import set_terms
    from gdkit.trail.fetched import Terms

    set_terms(case, Terms(max_objects=0))
    assert case_terms(open_case(case.path)).max_objects == 0
    (fetched,) = fetch_sources(case, subject_of_case(), remote_sources([BUCKET]), Tellers(allow=allow))
    assert (fetched.records, asked) == (3, [BUCKET])
