"""The names of sources, taken apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdkit.errors import UsageError
from gdkit.trail.named import (
    Archive,
    AthenaTable,
    EventDataStore,
    EventHistory,
    Files,
    S3Trail,
    SecurityLakeTable,
    absolute,
    file_sources,
    holds_archive,
    needs_aws,
    parse_source,
    remote_sources,
)

STORE = "01234567-89ab-cdef-0123-456789abcdef"
STORE_ARN = f"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/{STORE}"
LAKE = "amazon_security_lake_glue_db_eu_west_1"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("lookup", EventHistory()),
        ("logs/", Files("logs/")),
        ("C:\\logs", Files("C:\\logs")),
        ("a:b/*.gz", Files("a:b/*.gz")),
        ("archive:kept/trail", Archive("archive:kept/trail", "kept/trail")),
        ("Archive:C:\\kept", Archive("Archive:C:\\kept", "C:\\kept")),
        ("s3://audit-logs", S3Trail("s3://audit-logs", "audit-logs", "")),
        ("S3://audit.logs//org/x", S3Trail("S3://audit.logs//org/x", "audit.logs", "/org/x")),
        ("athena:primary/logs.trail", AthenaTable("athena:primary/logs.trail", "primary", "logs", "trail")),
        ("securitylake:lake.cloud_trail", SecurityLakeTable("securitylake:lake.cloud_trail", "lake", "cloud_trail")),
        (f"lake:{STORE}", EventDataStore(f"lake:{STORE}", STORE)),
        (f"lake:{STORE_ARN}", EventDataStore(f"lake:{STORE_ARN}", STORE, "eu-west-1")),
        (f"lake:{STORE}@us-east-1", EventDataStore(f"lake:{STORE}@us-east-1", STORE, "us-east-1")),
        (f"lake:{STORE_ARN}@us-east-1", EventDataStore(f"lake:{STORE_ARN}@us-east-1", STORE, "us-east-1")),
        (
            "athena:ir/logs.trail@ap-southeast-2",
            AthenaTable("athena:ir/logs.trail@ap-southeast-2", "ir", "logs", "trail", "ap-southeast-2"),
        ),
        (
            "securitylake:ir/lake.cloud_trail@us-gov-west-1",
            SecurityLakeTable(
                "securitylake:ir/lake.cloud_trail@us-gov-west-1", "lake", "cloud_trail", "ir", "us-gov-west-1"
            ),
        ),
        (f"securitylake:{LAKE}.t", SecurityLakeTable(f"securitylake:{LAKE}.t", LAKE, "t", "primary", "eu-west-1")),
    ],
)
def test_taken_apart(text: str, named: object) -> None:
    """Each kind of source is known by how it is written, and whatever else is written is a path."""
    assert parse_source(text) == named


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("archive:", "archive:FOLDER"),
        ("archive: ", "archive:FOLDER"),
        ("s3://", "s3://BUCKET"),
        ("s3://UPPER/x", "s3://BUCKET"),
        ("s3://a/../b", "s3://BUCKET"),
        ("s3://b\nucket/x", "s3://BUCKET"),
        ("athena:logs.trail", "athena:WORKGROUP/DB.TABLE"),
        ("athena:primary/trail", "athena:WORKGROUP/DB.TABLE"),
        ('athena:primary/logs."x"', "athena:WORKGROUP/DB.TABLE"),
        ("securitylake:a.b;c", "securitylake:DB.TABLE"),
        ("securitylake:a b/lake.t", "securitylake:DB.TABLE"),
        ("lake:mine", "lake:EVENT-DATA-STORE-ID"),
        ("athena:ir/logs.trail@", "DB.TABLE@eu-west-1"),
        ("athena:ir/logs.trail@Ireland", "DB.TABLE@eu-west-1"),
        (f"lake:{STORE}@eu-west-1@x", "lake:EVENT-DATA-STORE-ID.*@eu-west-1"),
    ],
)
def test_wrongly_written(text: str, form: str) -> None:
    """A name that is not written as its kind is refused, with the form that it should have."""
    with pytest.raises(UsageError, match=form) as caught:
        parse_source(text)
    assert caught.value.where == text


@pytest.mark.parametrize("source", ["", " ", b"x", 7, None])
def test_no_name(source: object) -> None:
    """What is no text, or an empty one, is no source."""
    with pytest.raises(UsageError, match="is a path"):
        parse_source(source)


@pytest.mark.parametrize("source", ["http://host/logs", "S4://b/c", "gs://bucket"])
def test_a_kind_that_is_not_known(source: str) -> None:
    """A name that is written like an address of another kind is no path."""
    with pytest.raises(UsageError, match=r"this kind of source is not known.*s3://"):
        parse_source(source)


def test_path_is_a_source() -> None:
    """A path object is a source of files."""
    assert parse_source(Path("logs")) == Files("logs")


def test_sorted_by_kind() -> None:
    """Of a list of sources, the files and those to be fetched can be had, each of these once."""
    sources = ["logs", "lookup", "s3://audit-logs", "s3://audit-logs"]
    assert file_sources(sources) == ["logs"]
    assert [one.text for one in remote_sources(sources)] == ["s3://audit-logs"]
    assert needs_aws(sources)
    assert not needs_aws(["logs", "more/*.gz"])


def test_an_archive_is_on_disk() -> None:
    """An archive is read where it lies: it needs no AWS, and nothing of it is fetched."""
    sources = ["archive:kept", "logs/"]
    assert file_sources([*sources, "lookup", "s3://audit-logs"]) == sources
    assert not needs_aws(sources)
    assert remote_sources(sources) == []
    assert holds_archive(sources)
    assert not holds_archive(["logs/", "lookup"])


def test_the_same_from_every_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths and archives are named from the root; what is not on disk keeps its name."""
    monkeypatch.chdir("/")
    named = [absolute(one) for one in ("logs", "archive:kept", "lookup", "s3://audit-logs/x")]
    assert named == ["/logs", "archive:/kept", "lookup", "s3://audit-logs/x"]
    assert absolute("archive:~/kept") == f"archive:{Path.home()}/kept"
