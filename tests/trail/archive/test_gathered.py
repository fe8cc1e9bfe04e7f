"""Archives among the sources of a case: beside files, buckets and the event history, with keys followed across."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gdkit.aws import AwsAccess, Regions
from gdkit.case.folder import CaseFolder, start_case
from gdkit.gathering import gather_events
from gdkit.model import Subject
from gdkit.trail.fetched import FETCHERS
from gdkit.trail.lookup import LookupResult
from gdkit.trail.lookup.plan import Window
from gdkit.trail.lookup.store import Spent
from gdkit.trail.named import S3Trail
from tests.test_gathering import NOW, FakeAws
from tests.trail.archive.made import made, write
from tests.trail.fetched.made import Shelf
from tests.trail.search import calls
from tests.trail.search.test_search import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from gdkit.trail import Trail

SESSION = Subject(principal_id=calls.PRINCIPAL, instance_id=calls.INSTANCE)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CaseFolder:
    """Give a case that asks AWS, with a fake in AWS's place."""
    monkeypatch.setattr("gdkit.aws.open_read_only", lambda _access: FakeAws())
    monkeypatch.setattr("gdkit.aws.find_regions", lambda *_args, **_named: Regions(("eu-west-1",), (), (), ()))
    return start_case(tmp_path / "case", SESSION, trail=["lookup"], access=AwsAccess())


def archive(folder: Path) -> str:
    """Make an archive of the session, of the second hop, and of somebody else, each at an address of its own."""
    logs = folder / "logs"
    logs.mkdir()
    write(logs, "0310", [calls.call(1, 0), calls.assume_role(3, 0), calls.call(2, -1, sourceIPAddress="192.0.2.2")])
    write(logs, "0330", [calls.call(7, 2, sourceIPAddress="192.0.2.7"), calls.call(8, -1, sourceIPAddress="192.0.2.2")])
    return made(folder / "archive", logs)


def sources_of(trail: Trail) -> set[str]:
    """Give the sources that the ledger names, without what they took."""
    return {row.source.split(": ")[0] for row in trail.coverage.searched}


def test_beside_a_bucket(case: CaseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key from an archive is asked of a bucket, and one that turns up there leads back into the archive."""
    shelf = Shelf({"s3://audit-logs": [calls.call(4, 1), calls.assume_role(5, 1), calls.call(6, -1)]})
    monkeypatch.setitem(FETCHERS, S3Trail, lambda: shelf.fetch)  # type: ignore[arg-type]
    source = archive(tmp_path)
    found = gather_events(case, SESSION, ["s3://audit-logs", source])
    assert numbers(found.events) == [1, 3, 4, 5, 7]
    assert calls.HOP_KEYS[0] in shelf.asked[-1][1].access_key_ids
    assert sources_of(found) == {"s3://audit-logs", source}


def test_beside_the_event_history(case: CaseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive is asked beside the event history, whose gaps stand in the ledger with what the archive holds."""

    def fetch(_plan: Any, _client: Any, folder: Path, *, watch: Any, refresh: bool = False) -> LookupResult:
        folder.mkdir(parents=True, exist_ok=True)
        return LookupResult(folder, Window(NOW, NOW), (), (), (), (), Spent())

    monkeypatch.setattr("gdkit.trail.lookup.fetch_history", fetch)
    source = archive(tmp_path)
    found = gather_events(case, SESSION, ["lookup", source])
    assert numbers(found.events) == [1, 3]
    assert source in sources_of(found)
    assert any("calls on the instance by other names" in row.what for row in found.coverage.not_searched)


def test_beside_files(case: CaseFolder, tmp_path: Path) -> None:
    """Files are read whole, and lead into the archive."""
    source, logs = archive(tmp_path), tmp_path / "more"
    logs.mkdir()
    write(logs, "0320", [calls.call(4, 1), calls.assume_role(5, 1), calls.call(6, -1)])
    assert numbers(gather_events(case, SESSION, [str(logs), source]).events) == [1, 3, 4, 5, 6, 7]
    assert numbers(gather_events(case, SESSION, [source]).events) == [1, 3]
