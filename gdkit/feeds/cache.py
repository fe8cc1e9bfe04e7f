"""The user's copy of AWS's list of its address ranges: fetched on request alone, dated, checked before it is taken."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.errors import GdkitError
from gdkit.feeds.http import ask, status_text
from gdkit.origin.aws_ranges import AWS_RANGES_URL, MAX_BYTES, parse_aws_ranges, ranges_text, read_aws_ranges

if TYPE_CHECKING:
    from datetime import timedelta

    from gdkit.origin.aws_ranges import AwsRanges

RANGES_VARIABLE = "GDKIT_IP_RANGES"
"""Environment variable that names a copy of ip-ranges.json to use in place of the one in the cache."""

OLD_AFTER_DAYS = 30
"""A copy that was not compared with AWS's for so long is called old: AWS changes the list several times a week."""

_ABOUT = "aws-ip-ranges.about.json"
_FETCH = "run `gdkit feeds`, or `gdkit feeds --file PATH` with a copy that was downloaded elsewhere"


@dataclass(frozen=True, slots=True)
class CachedRanges:
    """What is known of the copy in the cache.

    Attributes:
        url: where it came from; empty where it was given as a file.
        fetched_at: when it was taken, aware.
        checked_at: when AWS last said that it is still the newest, aware; ``fetched_at`` where it was not asked since.
        published_at: when AWS published it, aware.
        sha256: hex digest of its bytes.
        etag: the server's mark of this version; empty where it gave none.
        size_bytes: its size.
        file: its name in the cache.
    """

    url: str
    fetched_at: datetime
    checked_at: datetime
    published_at: datetime
    sha256: str
    etag: str
    size_bytes: int
    file: str

    def age(self, now: datetime | None = None) -> timedelta:
        """Say how long ago it was known to be the newest; a file given by hand is as old as its publication."""
        return (now or datetime.now(UTC)) - (self.checked_at if self.url else self.published_at)

    def is_old(self, now: datetime | None = None) -> bool:
        """Tell whether it is older than ``OLD_AFTER_DAYS``."""
        return self.age(now).days >= OLD_AFTER_DAYS


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking for the list.

    Attributes:
        ranges: what is in the cache now.
        note: what happened, one sentence.
    """

    ranges: CachedRanges
    note: str


def feeds_folder() -> Path:
    """Give the folder of the cache; it need not exist."""
    import platformdirs  # noqa: PLC0415 - only what reads the cache needs it

    return platformdirs.user_cache_path("gdkit", appauthor=False) / "feeds"


def fetch_aws_ranges(*, url: str | None = None, folder: Path | None = None) -> Fetched:
    """Fetch AWS's list into the cache, unless the copy there is still the newest.

    A redirect is not followed: AWS publishes the list at this one place.

    Args:
        url: where from; AWS's own place if not given.
        folder: the cache; the user's if not given.

    Raises:
        GdkitError: it could not be fetched, is no such list, or cannot be written; the copy in the cache is untouched.
    """
    url, folder = url or AWS_RANGES_URL, folder or feeds_folder()
    before = _sound_copy(folder)
    same_place = before if before is not None and before.url == url and before.etag else None
    headers = {"If-None-Match": same_place.etag} if same_place else {}
    answer = ask(url, limit_bytes=MAX_BYTES, headers=headers)
    now = datetime.now(UTC)
    if answer.status == 304 and same_place:
        return Fetched(_note(folder, replace(same_place, checked_at=now)), "The copy in the cache is still the newest.")
    if answer.status != 200:
        raise GdkitError(f"it answered {status_text(answer.status)}", where=answer.host, action=_FETCH)
    ranges = parse_aws_ranges(answer.body, where=answer.host)
    if before is not None and ranges.published_at < before.published_at:
        return Fetched(before, "The copy in the cache is newer than what was offered, and was kept.")
    taken = _take(folder, answer.body, ranges, url=url, etag=answer.headers.get("etag", ""))
    return Fetched(taken, "A new copy was fetched.")


def take_aws_ranges(path: str | Path, *, folder: Path | None = None) -> CachedRanges:
    """Take a copy of AWS's list that was downloaded elsewhere into the cache, plain or gzipped.

    Raises:
        GdkitError: it is no such list, or the cache cannot be written; the copy in the cache is untouched.
    """
    content = ranges_text(path)
    ranges = parse_aws_ranges(content, where=str(path))
    return _take(folder or feeds_folder(), content, ranges, url="", etag="")


def cached_ranges(*, folder: Path | None = None) -> CachedRanges | None:
    """Say what is in the cache; None where nothing is.

    Raises:
        GdkitError: what the cache says of its copy cannot be read.
    """
    about = (folder or feeds_folder()) / _ABOUT
    try:
        document = json.loads(about.read_bytes())
        return _about(document)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise GdkitError("what the cache says of its copy cannot be read", where=str(about), action=_FETCH) from error


def cached_aws_ranges(path: str | Path | None = None, *, folder: Path | None = None) -> AwsRanges | None:
    """Give AWS's list: of the path, else of the variable ``GDKIT_IP_RANGES``, else of the cache; None where none is.

    Nothing is fetched.

    Raises:
        GdkitError: the copy is damaged, is no such list, or the path that was named cannot be read.
    """
    named = path or os.environ.get(RANGES_VARIABLE, "").strip()
    if named:
        return read_aws_ranges(named)
    folder = folder or feeds_folder()
    about = cached_ranges(folder=folder)
    if about is None:
        return None
    copy = folder / about.file
    if _digest_of(copy) != about.sha256:
        raise GdkitError("the copy in the cache is missing or damaged", where=str(copy), action=_FETCH)
    return read_aws_ranges(copy)


def _sound_copy(folder: Path) -> CachedRanges | None:
    """Give what the cache holds, if it can be used; a damaged one is simply fetched again."""
    try:
        about = cached_ranges(folder=folder)
    except GdkitError:
        return None
    return about if about is not None and _digest_of(folder / about.file) == about.sha256 else None


def _digest_of(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _take(folder: Path, content: bytes, ranges: AwsRanges, *, url: str, etag: str) -> CachedRanges:
    """Write the copy under a name of its own, then say that it is the one; only then remove the one before."""
    before = _sound_copy(folder)
    digest, now = hashlib.sha256(content).hexdigest(), datetime.now(UTC)
    file = f"aws-ip-ranges.{digest[:16]}.json"
    taken = CachedRanges(url, now, now, ranges.published_at, digest, etag, len(content), file)
    _write(folder / file, content)
    _note(folder, taken)
    if before is not None and before.file != file:
        (folder / before.file).unlink(missing_ok=True)
    return taken


def _note(folder: Path, about: CachedRanges) -> CachedRanges:
    document = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(about).items()
    }
    _write(folder / _ABOUT, (json.dumps(document, indent=1) + "\n").encode())
    return about


def _about(document: Any) -> CachedRanges:
    times = {name: datetime.fromisoformat(document[name]) for name in ("fetched_at", "checked_at", "published_at")}
    about = CachedRanges(**{**document, **times})
    if Path(about.file).name != about.file or any(at.tzinfo is None for at in times.values()):
        raise ValueError
    return about


def _write(path: Path, content: bytes) -> None:
    """Write a file of the cache whole or not at all."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=f".{path.name}.", dir=path.parent, delete=False) as handle:
            temporary = Path(handle.name)
            handle.write(content)
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        action = f"make room there, or name a copy by the variable {RANGES_VARIABLE}"
        raise GdkitError(f"the cache cannot be written ({reason})", where=str(path), action=action) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
