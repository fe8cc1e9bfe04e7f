"""AWS's list is fetched on request into a cache, checked before it replaces a copy, and its age is told."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import platformdirs
import pytest

from gdkit.errors import GdkitError
from gdkit.feeds import cache
from gdkit.feeds.cache import (
    cached_aws_ranges,
    cached_ranges,
    feeds_folder,
    fetch_aws_ranges,
    take_aws_ranges,
)
from gdkit.origin.aws_ranges import MAX_BYTES
from tests.feeds.outside import Reply, outside
from tests.origin.samples import aws_entry, aws_text

if TYPE_CHECKING:
    from pathlib import Path

LIST = Reply(body=aws_text(), headers={"ETag": '"one"'})
NEWER = aws_text(createDate="2026-09-01-00-00-00", syncToken="1788220800", prefixes=[aws_entry("192.0.2.0/24", "EC2")])
OLDER = aws_text(createDate="2020-01-01-00-00-00")


def files(folder: Path) -> list[str]:
    """Name what lies in the cache."""
    return sorted(path.name for path in folder.iterdir())


def test_fetch(tmp_path: Path) -> None:
    """The list is fetched, with where from, when, its digest, the server's mark and AWS's date."""
    before = datetime.now(UTC)
    with outside(LIST) as server:
        fetched = fetch_aws_ranges(url=server.url, folder=tmp_path / "new" / "feeds")
    about = fetched.ranges
    assert (about.url, about.etag, about.size_bytes) == (server.url, '"one"', len(LIST.body))
    assert about.sha256 == hashlib.sha256(LIST.body).hexdigest()
    assert before <= about.fetched_at == about.checked_at <= datetime.now(UTC)
    assert about.published_at == datetime(2026, 8, 22, 21, 17, 5, tzinfo=UTC)
    assert fetched.note == "A new copy was fetched."
    assert cached_ranges(folder=tmp_path / "new" / "feeds") == about
    assert "if-none-match" not in server.headers[0]


def test_what_is_fetched_is_used(tmp_path: Path) -> None:
    """What was fetched is what addresses are held against."""
    with outside(LIST) as server:
        fetch_aws_ranges(url=server.url, folder=tmp_path)
    ranges = cached_aws_ranges(folder=tmp_path)
    assert ranges is not None
    assert ranges.find("203.0.113.7") is not None


def test_not_modified(tmp_path: Path) -> None:
    """A copy that is still the newest is not fetched again; that it was compared is noted."""
    with outside(LIST) as server:
        first = fetch_aws_ranges(url=server.url, folder=tmp_path).ranges
        server.reply = Reply(304)
        second = fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert server.headers[1]["if-none-match"] == '"one"'
    assert second.note == "The copy in the cache is still the newest."
    assert second.ranges == replace(first, checked_at=second.ranges.checked_at)
    assert second.ranges.checked_at > first.checked_at
    assert cached_ranges(folder=tmp_path) == second.ranges


def test_not_modified_without_a_copy(tmp_path: Path) -> None:
    """A server that says "not modified" to one who has nothing gave no list."""
    with outside(Reply(304)) as server, pytest.raises(GdkitError, match="it answered 304 Not Modified"):
        fetch_aws_ranges(url=server.url, folder=tmp_path)


def test_newer(tmp_path: Path) -> None:
    """A newer list takes the place of the copy, whose file goes."""
    with outside(LIST) as server:
        first = fetch_aws_ranges(url=server.url, folder=tmp_path).ranges
        server.reply = Reply(body=NEWER)
        second = fetch_aws_ranges(url=server.url, folder=tmp_path).ranges
    assert (second.etag, second.published_at.month) == ("", 9)
    assert files(tmp_path) == sorted(["aws-ip-ranges.about.json", second.file])
    assert first.file != second.file
    ranges = cached_aws_ranges(folder=tmp_path)
    assert ranges is not None
    assert ranges.sync_token == "1788220800"  # noqa: S105


def test_older_is_not_taken(tmp_path: Path) -> None:
    """A list that is older than the copy, as a stale proxy may offer, is not taken."""
    with outside(LIST) as server:
        first = fetch_aws_ranges(url=server.url, folder=tmp_path).ranges
        server.reply = Reply(body=OLDER)
        second = fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert second.ranges == first == cached_ranges(folder=tmp_path)
    assert "newer than what was offered" in second.note


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(404, b"gone"), "it answered 404 Not Found"),
        (Reply(500), "it answered 500 Internal Server Error"),
        (Reply(200, b""), "is not JSON, or is cut off"),
        (Reply(200, b"<html><body>Please sign in</body></html>"), "is not JSON, or is cut off"),
        (Reply(200, aws_text()[:-20]), "is not JSON, or is cut off"),
        (Reply(200, aws_text(), cut=20), "the answer was cut off"),
        (Reply(200, b'{"prefixes": []}'), "no createDate"),
        (Reply(200, aws_text(prefixes=[], ipv6_prefixes=[])), "it names no range"),
        (Reply(200, b" " * (MAX_BYTES + 1)), "larger than 20 MB"),
        (Reply(200, gzip.compress(aws_text()), {"Content-Encoding": "gzip"}), "compressed"),
        (Reply(302, headers={"Location": "http://elsewhere.example/x"}), "redirects to elsewhere.example"),
        (Reply(302, headers={"Location": "/login"}), "redirects to 127.0.0.1, which was not followed"),
    ],
)
def test_what_is_no_list_is_not_taken(tmp_path: Path, reply: Reply, problem: str) -> None:
    """Whatever else a server or a proxy answers, the copy in the cache stays as it was, to the byte."""
    with outside(LIST) as server:
        first = fetch_aws_ranges(url=server.url, folder=tmp_path).ranges
        server.reply = reply
        with pytest.raises(GdkitError, match=problem) as caught:
            fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert caught.value.where == "127.0.0.1"
    assert files(tmp_path) == sorted(["aws-ip-ranges.about.json", first.file])
    assert cached_ranges(folder=tmp_path) == first
    assert (tmp_path / first.file).read_bytes() == LIST.body


def test_nothing_is_fetched_in_a_simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While AWS is simulated nothing is fetched."""
    monkeypatch.setenv("GDKIT_SIMULATOR", "http://127.0.0.1:1")
    with outside(LIST) as server, pytest.raises(GdkitError, match="AWS is simulated"):
        fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert (server.paths, files(tmp_path)) == ([], [])


@pytest.mark.parametrize("zipped", [False, True])
def test_take_a_file(tmp_path: Path, zipped: bool) -> None:
    """A copy that was downloaded elsewhere is taken, unpacked; its digest is that of the list itself."""
    given = tmp_path / "downloaded"
    given.write_bytes(gzip.compress(aws_text()) if zipped else aws_text())
    taken = take_aws_ranges(given, folder=tmp_path / "feeds")
    assert (taken.url, taken.etag, taken.sha256) == ("", "", hashlib.sha256(aws_text()).hexdigest())
    assert (tmp_path / "feeds" / taken.file).read_bytes() == aws_text()


def test_wrong_files_are_not_taken(tmp_path: Path) -> None:
    """A file that is no list is refused by name, and the copy in the cache stays."""
    right, wrong = tmp_path / "right.json", tmp_path / "wrong.json"
    right.write_bytes(aws_text())
    wrong.write_bytes(b"{}")
    taken = take_aws_ranges(right, folder=tmp_path / "feeds")
    with pytest.raises(GdkitError, match=r"wrong\.json: this is not AWS's list"):
        take_aws_ranges(wrong, folder=tmp_path / "feeds")
    assert cached_ranges(folder=tmp_path / "feeds") == taken


def test_a_file_is_not_compared_by_its_mark(tmp_path: Path) -> None:
    """After a file was taken, the whole list is asked for: the server's mark of it is not known."""
    given = tmp_path / "downloaded"
    given.write_bytes(aws_text())
    take_aws_ranges(given, folder=tmp_path)
    with outside(LIST) as server:
        fetched = fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert "if-none-match" not in server.headers[0]
    assert (fetched.ranges.url, fetched.ranges.etag) == (server.url, '"one"')
    assert fetched.ranges.file in files(tmp_path)


def test_nothing_in_the_cache(tmp_path: Path) -> None:
    """Without a copy there is no list, and that is no error."""
    assert cached_ranges(folder=tmp_path / "none") is None
    assert cached_aws_ranges(folder=tmp_path / "none") is None


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_damaged_copy(tmp_path: Path, damage: bytes | None) -> None:
    """A copy that was changed or lost is not used, and the next fetch asks for the whole list again."""
    with outside(LIST) as server:
        copy = tmp_path / fetch_aws_ranges(url=server.url, folder=tmp_path).ranges.file
        copy.unlink() if damage is None else copy.write_bytes(damage)
        with pytest.raises(GdkitError, match=r"missing or damaged.*gdkit feeds"):
            cached_aws_ranges(folder=tmp_path)
        fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert "if-none-match" not in server.headers[1]
    assert cached_aws_ranges(folder=tmp_path) is not None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '"x"', '{"file": "../../etc/passwd"}', '{"fetched_at": 5}', "[" * 100],
)  # fmt: skip
def test_damaged_note(tmp_path: Path, text: str) -> None:
    """A note about the copy that cannot be read is an error that says what to do; a fetch makes it anew."""
    (tmp_path / "aws-ip-ranges.about.json").write_text(text)
    with pytest.raises(GdkitError, match=r"what the cache says of its copy cannot be read.*gdkit feeds"):
        cached_ranges(folder=tmp_path)
    with outside(LIST) as server:
        fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert cached_aws_ranges(folder=tmp_path) is not None


@pytest.mark.parametrize(
    "change",
    [{"file": "../list.json"}, {"file": "/etc/passwd"}, {"checked_at": "2026-01-01T00:00:00"}, {"odd": 1}],
)
def test_note_that_leads_elsewhere(tmp_path: Path, change: dict[str, object]) -> None:
    """A note that names a file outside the cache, a time without zone or an unknown field is not believed."""
    with outside(LIST) as server:
        fetch_aws_ranges(url=server.url, folder=tmp_path)
    note = tmp_path / "aws-ip-ranges.about.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), **change}))
    with pytest.raises(GdkitError, match="cannot be read"):
        cached_ranges(folder=tmp_path)


def test_named_copy_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that is named is used before the variable's, and that before the cache."""
    by_path, by_variable = tmp_path / "a.json", tmp_path / "b.json.gz"
    by_path.write_bytes(OLDER)
    by_variable.write_bytes(gzip.compress(NEWER))
    with outside(LIST) as server:
        fetch_aws_ranges(url=server.url, folder=tmp_path / "feeds")

    def year_and_month(path: Path | None) -> tuple[int, int]:
        ranges = cached_aws_ranges(path, folder=tmp_path / "feeds")
        assert ranges is not None
        return ranges.published_at.year, ranges.published_at.month

    assert year_and_month(None) == (2026, 8)
    monkeypatch.setenv("GDKIT_IP_RANGES", str(by_variable))
    assert year_and_month(None) == (2026, 9)
    assert year_and_month(by_path) == (2020, 1)


def test_named_copy_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that names a missing file is an error: the cache does not silently stand in for it."""
    monkeypatch.setenv("GDKIT_IP_RANGES", str(tmp_path / "gone.json"))
    with pytest.raises(GdkitError, match=r"gone\.json: the file cannot be read"):
        cached_aws_ranges(folder=tmp_path)


def test_age(tmp_path: Path) -> None:
    """A fetched copy is as old as its last comparison, a given one as its publication; from 30 days on it is old."""
    with outside(LIST) as server:
        fetched = fetch_aws_ranges(url=server.url, folder=tmp_path).ranges
    day = timedelta(days=1)
    assert fetched.age(fetched.checked_at + 2 * day) == 2 * day
    assert [fetched.is_old(fetched.checked_at + days * day) for days in (0, 29.9, 30)] == [False, False, True]
    given = replace(fetched, url="")
    assert given.age(given.published_at + 31 * day) == 31 * day
    assert given.is_old(given.published_at + 31 * day)


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """A cache that cannot be written is an error that names the way round it; nothing is left half-done."""
    (tmp_path / "feeds").write_text("a file, no folder")
    with outside(LIST) as server, pytest.raises(GdkitError, match=r"the cache cannot be written.*GDKIT_IP_RANGES"):
        fetch_aws_ranges(url=server.url, folder=tmp_path / "feeds")
    assert files(tmp_path) == ["feeds"]


def test_stopped_between_copy_and_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is stopped after it wrote the copy, and before the note, leaves the older copy in use."""
    with outside(LIST) as server:
        first = fetch_aws_ranges(url=server.url, folder=tmp_path).ranges
        server.reply = Reply(body=NEWER)
        with monkeypatch.context() as patch:
            patch.setattr(cache, "_note", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                fetch_aws_ranges(url=server.url, folder=tmp_path)
    assert cached_ranges(folder=tmp_path) == first
    assert cached_aws_ranges(folder=tmp_path) is not None


def test_folder() -> None:
    """The cache is in the user's own cache folder."""
    assert feeds_folder() == platformdirs.user_cache_path("gdkit", appauthor=False) / "feeds"
