"""Objects' contents: read once, kept where that is wanted, read ahead, and every failure noted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from gdkit.aws.objects import Stored
from gdkit.errors import AwsCall, AwsError, CaseWriteError
from gdkit.trail.fetched.names import path_of
from gdkit.trail.s3 import contents
from gdkit.trail.s3.cache import Cache
from gdkit.trail.s3.contents import Contents
from gdkit.trail.s3.failures import explained
from gdkit.trail.s3.listing import LogObject
from tests.trail.s3.memory import MemoryBucket, denied

if TYPE_CHECKING:
    from pathlib import Path


def held(count: int = 5, size: int = 10) -> tuple[MemoryBucket, list[LogObject]]:
    """Give a bucket, and its objects."""
    bucket = MemoryBucket({f"a/{number:03d}.json.gz": bytes([number % 250]) * size for number in range(count)})
    stored = [one for page in bucket.objects("") for one in page]
    return bucket, [LogObject(one, None) for one in stored]


def reader(bucket: MemoryBucket, folder: str = "") -> Contents:
    """Give a reader of a bucket."""
    return Contents(bucket, Cache(folder, bucket.name), at_once=2, requester_pays=False)  # type: ignore[arg-type]


def test_read_and_counted() -> None:
    """An object that is remembered is not asked for again, and what it took is counted."""
    bucket, objects = held()
    made = reader(bucket)
    content = made.first(objects[0])
    assert content == b"\0" * 10
    made.remember(objects[0], content)
    made.remember(objects[0], content)
    assert made.read(objects[0]) == content
    assert (bucket.read, made.counted) == ([objects[0].stored.key], (1, 10))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read longest ago is forgotten where there is no more room, and asked for again."""
    monkeypatch.setattr(contents, "_REMEMBERED_BYTES", 25)
    bucket, objects = held()
    made = reader(bucket)
    for one in (objects[0], objects[1], objects[2], objects[2], objects[0]):
        content = made.read(one)
        assert content is not None
        made.remember(one, content)
    assert [objects[number].stored.key for number in (0, 1, 2, 0)] == bucket.read


def test_cache(tmp_path: Path) -> None:
    """What the cache holds is not asked for; an object that was overwritten is."""
    bucket, objects = held()
    for one in objects:
        reader(bucket, str(tmp_path)).read(one)
    assert len(bucket.read) == 5
    cache = Cache(str(tmp_path), bucket.name)
    assert all(cache.has(one.stored) for one in objects)
    made = reader(bucket, str(tmp_path))
    assert made.read(objects[1]) == b"\1" * 10
    assert made.counted == (0, 0)
    changed = objects[1].stored._replace(etag="0" * 32)
    assert not cache.has(changed)
    assert cache.find(changed) is None
    assert all(path.name.endswith(".json.gz") for path in tmp_path.rglob("*") if path.is_file())


def test_cache_without_marks(tmp_path: Path) -> None:
    """An object without an ETag, a copy cut short, and a folder that is none are no cache."""
    bucket, objects = held()
    stored = objects[0].stored._replace(etag="")
    cache = Cache(str(tmp_path), bucket.name)
    cache.keep(stored, b"x")
    assert not list(tmp_path.iterdir())
    cache.keep(objects[0].stored, b"short")
    assert (cache.has(objects[0].stored), cache.find(objects[0].stored)) == (False, None)
    none = Cache("", bucket.name)
    none.keep(objects[0].stored, b"x")
    assert (none.has(objects[0].stored), none.find(objects[0].stored)) == (False, None)


def test_damaged_cache(tmp_path: Path) -> None:
    """A kept file that is not as it was written is not used, but read from the bucket again, and named."""
    bucket, objects = held()
    bucket.objects_held["a/multipart.json"] = b"y"
    objects.append(LogObject(Stored("a/multipart.json", 1, "ab12-3"), None))
    for one in objects:
        reader(bucket, str(tmp_path)).first(one)
    flipped, cut = (next(tmp_path.rglob(f"{name}*")) for name in ("multipart", "001"))
    flipped.write_bytes(b"z")
    cut.write_bytes(b"\1" * 9)
    bucket.read.clear()
    cache = Cache(str(tmp_path), bucket.name)
    made = Contents(bucket, cache, at_once=2, requester_pays=False)  # type: ignore[arg-type]
    assert [made.first(one) for one in objects] == [bucket.objects_held[one.stored.key] for one in objects]
    assert cache.damaged == set(bucket.read) == {"a/multipart.json", objects[1].stored.key}
    again = Cache(str(tmp_path), bucket.name)
    assert all(again.find(one.stored) for one in objects)
    assert again.damaged == set()


def test_object_that_does_not_come_whole() -> None:
    """An object that comes shorter than it was listed is read again, and is a failure where it stays so."""
    bucket, objects = held()
    whole, key = bucket.objects_held[objects[0].stored.key], objects[0].stored.key
    bucket.objects_held[key] = whole[:5]
    made = reader(bucket)
    assert made.first(objects[0]) is None
    assert (bucket.read, made.failed[key].kind) == ([key] * 3, "incomplete")
    bucket.objects_held[key] = whole
    assert reader(bucket).first(objects[0]) == whole


def test_answer_that_is_cut_off() -> None:
    """An answer that was cut off is asked for again."""
    bucket, objects = held()
    key, answers = objects[0].stored.key, [denied(kind="incomplete"), denied(kind="incomplete")]
    content = bucket.content

    def cut(asked: str) -> bytes:
        if answers:
            bucket.read.append(asked)
            raise answers.pop()
        return content(asked)

    bucket.content = cut  # type: ignore[method-assign]
    assert reader(bucket).first(objects[0]) == bucket.objects_held[key]
    assert bucket.read == [key] * 3


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """A cache that cannot be written is an error that says how to go on without it."""
    (tmp_path / "file").write_text("x")
    bucket, objects = held()
    with pytest.raises(CaseWriteError, match="leave it out"):
        reader(bucket, str(tmp_path / "file")).read(objects[0])


@pytest.mark.parametrize(
    "key", ["../../etc/x.json.gz", "/etc/x.json.gz", "a/./b", "a//b", "..", "a/" + "n" * 300 + ".json.gz", "a\0b/é"]
)
def test_paths_stay_inside(tmp_path: Path, key: str) -> None:
    """Whatever a key is, its file lies below the folder, and can be written."""
    path = path_of(tmp_path, key)
    assert path.resolve().is_relative_to(tmp_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    assert path_of(tmp_path, f"{key}2") != path


def test_failures_are_noted() -> None:
    """An object that cannot be read is noted with what to do, and the others are read."""
    bucket, objects = held()
    bucket.refused[objects[1].stored.key] = denied("kms:Decrypt")
    made = reader(bucket)
    assert [made.read(one) is None for one in objects] == [False, True, False, False, False]
    assert "key that the trail's settings name" in made.failed[objects[1].stored.key].action
    assert made.hopeless is None
    assert not made.is_stopped(lambda: False)()
    assert made.is_stopped(lambda: True)()


@pytest.mark.parametrize("kind", ["expired", "credentials", "clock"])
def test_failure_that_all_others_meet(kind: str) -> None:
    """Credentials that have ended, and the like, end the fetch at once."""
    bucket, objects = held()
    bucket.refused[objects[2].stored.key] = denied(kind=kind)
    made = reader(bucket)
    for one in objects:
        made.read(one)
    assert made.hopeless is not None
    assert made.is_stopped(lambda: False)()


def test_nothing_can_be_read() -> None:
    """Where nothing at all can be read, it is left off after a while; where something could, it is not."""
    bucket, objects = held(contents.HOPELESS + 5)
    bucket.refused = {one.stored.key: denied() for one in objects[1:]}
    hopeless, hopeful = reader(bucket), reader(bucket)
    for number, one in enumerate(objects[1:], start=1):
        hopeless.read(one)
        assert (hopeless.hopeless is not None) == (number >= contents.HOPELESS)
    for one in objects:
        hopeful.read(one)
    assert hopeful.hopeless is None
    assert len(hopeful.failed) == len(objects) - 1


def test_connection_is_gone() -> None:
    """Many objects one after another that cannot be reached end the fetch; now and then one does not."""
    bucket, objects = held(100)
    gone = AwsError("no connection", call=AwsCall("s3"), kind="unreachable")
    bucket.refused = {one.stored.key: gone for one in objects if one.path.rpartition("/")[2][:3] not in ("000", "030")}
    made = reader(bucket)
    for one in objects[:60]:
        made.read(one)
    assert made.hopeless is None
    for one in objects[60:]:
        made.read(one)
    assert made.hopeless is gone


@pytest.mark.parametrize(
    ("code", "permission", "pays", "said"),
    [
        ("AccessDenied", "s3:GetObject", False, "bucket's own policy.*--requester-pays"),
        ("AccessDenied", "s3:GetObject", True, "bucket's own policy must allow it, too$"),
        ("AccessDenied", "kms:Decrypt", False, "kms:Decrypt on the key.*must allow it, too$"),
    ],
)
def test_denials_are_explained(code: str, permission: str, said: str, *, pays: bool) -> None:
    """A missing permission says where it must be given, and that a reader may have to pay."""
    error = AwsError("no", call=AwsCall("s3"), kind="denied", code=code, permission=permission, action="let it do that")
    told = explained(error, requester_pays=pays)
    assert re.search(said, told.action)
    assert (told.kind, told.permission, told.problem) == ("denied", permission, "no")


@pytest.mark.parametrize("code", ["NoSuchBucket", "PermanentRedirect", "InvalidObjectState", "KMS.DisabledException"])
def test_other_refusals_are_explained(code: str) -> None:
    """Refusals that S3 makes of a trail's bucket say what to do; what is not known stays as it is."""
    told = explained(AwsError("x", call=AwsCall("s3"), code=code), requester_pays=False)
    assert told.action
    unknown = AwsError("x", call=AwsCall("s3"), code="Other", action="y")
    assert explained(unknown, requester_pays=False) is unknown
