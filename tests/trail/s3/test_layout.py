"""Where log files lie below a prefix, whichever part of the way it names."""

from __future__ import annotations

from typing import Any

import pytest

from gdkit.errors import AwsError
from gdkit.trail.s3.layout import Folder, Layout, find_layout
from tests.trail import samples
from tests.trail.s3.memory import MemoryBucket, denied, key_of, question

OTHER = "444455556666"
A, B = samples.ACCOUNT, OTHER


def bucket(top: str = "AWSLogs/") -> MemoryBucket:
    """Give a bucket with two accounts in two regions, and other things beside them."""
    made = MemoryBucket()
    for account in (A, B):
        for region in ("eu-west-1", "us-east-1"):
            made.put(key_of("20261101T0305", account=account, region=region, top=top), [samples.event()])
    made.objects_held[f"{top}{A}/CloudTrail-Digest/eu-west-1/2026/11/01/x.json.gz"] = b"x"
    made.objects_held[f"{top}{A}/Config/eu-west-1/x.json.gz"] = b"x"
    made.objects_held[f"{top}notes.txt"] = b"x"
    return made


def places(folders: list[Folder]) -> list[tuple[str | None, str | None]]:
    """Give the accounts and regions of folders."""
    return [(one.account_id, one.region) for one in folders]


ALL = [(A, "eu-west-1"), (A, "us-east-1"), (B, "eu-west-1"), (B, "us-east-1")]


@pytest.mark.parametrize(
    "top",
    [
        "AWSLogs/",
        "AWSLogs/o-exampleorg1/",
        "cloud/trail/AWSLogs/",
        "x/AWSLogs/o-exampleorg1/",
        "/x/AWSLogs/",
        "x//y/AWSLogs/",
        "//AWSLogs/",
        "x/./AWSLogs/",
    ],
)
@pytest.mark.parametrize("cut", [0, 1, 2])
def test_from_above(top: str, cut: int) -> None:
    """From the bucket, a prefix or any folder above the accounts, every account and region is found."""
    parts = top.rstrip("/").split("/")
    named = "/".join(parts[: max(0, len(parts) - cut)])
    layout = find_layout(bucket(top).folders, named, question())
    assert places(layout.folders) == ALL
    assert all(one.by_day for one in layout.folders)
    assert layout.others == {"CloudTrail-Digest": 1, "Config": 1}


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        (f"AWSLogs/{A}", ALL[:2]),
        (f"AWSLogs/{A}/CloudTrail/", ALL[:2]),
        (f"AWSLogs/{A}/CloudTrail/us-east-1/", ALL[1:2]),
        (f"AWSLogs/{A}/CloudTrail/us-east-1/2026/11", ALL[1:2]),
    ],
)
def test_from_below(prefix: str, found: list[tuple[str, str]]) -> None:
    """A prefix of one account, region or day is that and no more."""
    layout = find_layout(bucket().folders, prefix, question())
    assert places(layout.folders) == found
    assert layout.folders[0].by_day == (not prefix.endswith("2026/11"))


def test_accounts_and_regions_that_are_asked_for() -> None:
    """Other accounts and regions are named as left out, and not listed further."""
    layout = find_layout(bucket().folders, "", question(account_ids=(A,), regions=("us-east-1",)))
    assert places(layout.folders) == [(A, "us-east-1")]
    assert layout.left_out == [(B, None), (A, "eu-west-1")]


def test_several_trails() -> None:
    """Several trails of one bucket are all found, from the bucket on."""
    made = bucket("one/AWSLogs/")
    made.objects_held |= bucket("two/AWSLogs/o-exampleorg1/").objects_held
    assert places(find_layout(made.folders, "", question()).folders) == ALL * 2


def listed(made: MemoryBucket, prefix: str = "", **asked: Any) -> tuple[Layout, list[str]]:
    """Find a layout, and give it with the folders that were listed for it."""
    prefixes: list[str] = []

    def folders(one: str) -> list[str]:
        prefixes.append(one)
        return made.folders(one)

    return find_layout(folders, prefix, question(**asked)), sorted(prefixes)


@pytest.mark.parametrize(
    "other",
    [
        "org-trail/AWSLogs/o-exampleorg1/", "AWSLogs/o-exampleorg1/", "a/b/c/d/e/AWSLogs/", "/AWSLogs/",
        "a\nb/AWSLogs/", "AWSLogs/prod/AWSLogs/", f"AWSLogs/{A}/AWSLogs/", "AWSLogs/AWSLogs/",
    ],
)  # fmt: skip
def test_trail_beside_another_one(other: str) -> None:
    """A trail at the root hides none that lies elsewhere; no folder of days or of other services is listed."""
    made = bucket()
    made.objects_held |= bucket(other).objects_held
    made.objects_held[f"AWSLogs/{A}/vpcflowlogs/eu-west-1/2026/11/01/x.log.gz"] = b"x"
    made.objects_held[f"AWSLogs/aws-account-id={A}/aws-service=vpcflowlogs/x.log.gz"] = b"x"
    layout, prefixes = listed(made)
    assert sorted(places(layout.folders), key=str) == sorted(ALL * 2, key=str)
    assert {one.prefix for one in layout.folders if one.prefix.startswith(other)} >= {
        f"{other}{account}/CloudTrail/{region}/" for account, region in ALL
    }
    assert (layout.cut, layout.beside) == ([], [])
    assert not [one for one in prefixes if "2026" in one or "vpcflowlogs" in one or "Config" in one or "Digest" in one]
    assert layout.requests == len(prefixes) <= 6 + 6 + 5
    assert layout.others["vpcflowlogs"] == layout.others[f"aws-account-id={A}"] == 1


def test_trail_that_lies_too_deep() -> None:
    """Folders that lie too deep to be looked into are told, beside trails that were found; so are those without one."""
    made = bucket("t1/")
    assert find_layout(made.folders, "", question()).cut == [], "without AWSLogs the whole prefix is looked through"
    made = bucket("t1/AWSLogs/")
    made.objects_held |= bucket("p/q/r/s/t/u/AWSLogs/").objects_held
    made.objects_held |= {"photos/a/b/x.json": b"x", "photos/c/x.json": b"x", "t1/copies/x.json": b"x"}
    layout, prefixes = listed(made)
    assert places(layout.folders) == ALL
    assert (layout.cut, layout.beside) == (["p/q/r/s/t/u/"], ["photos/", "t1/copies/"])
    assert "p/q/r/s/t/u/" not in prefixes
    assert places(find_layout(made.folders, "p", question()).folders) == ALL


def test_too_many_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many folders those with few beside them are looked into, and the others are told."""
    monkeypatch.setattr("gdkit.trail.s3.layout.MOST_ABOVE", 9)
    made = bucket("z/team/AWSLogs/")
    made.objects_held |= {f"copies/{day:02d}/x.json": b"x" for day in range(1, 31)}
    layout, prefixes = listed(made)
    assert places(layout.folders) == ALL
    assert layout.cut == [f"copies/{day:02d}/" for day in range(6, 31)]
    assert sum("AWSLogs" not in one for one in prefixes) == 9


def test_what_is_left_out_is_told_once() -> None:
    """An account or region that several trails hold is left out once."""
    made = bucket("one/AWSLogs/")
    made.objects_held |= bucket("two/AWSLogs/").objects_held
    layout = find_layout(made.folders, "", question(account_ids=(A,), regions=("us-east-1",)))
    assert layout.left_out == [(B, None), (A, "eu-west-1")]


def test_laid_out_in_another_way() -> None:
    """Where nothing is laid out as CloudTrail does it, the whole prefix is looked through."""
    made = MemoryBucket({"copies/a/x.json.gz": b"x", "copies/b/c/d/e/y.json.gz": b"x"})
    assert find_layout(made.folders, "copies", question()).folders == [Folder("copies/")]
    assert find_layout(MemoryBucket().folders, "", question()).folders == [Folder("")]


def test_folder_that_cannot_be_listed() -> None:
    """An account that may not be listed is named, and the others are found; the prefix itself is an error."""
    made = bucket()
    made.refused[f"?AWSLogs/{A}/"] = denied("s3:ListBucket")
    layout = find_layout(made.folders, "", question())
    assert places(layout.folders) == ALL[2:]
    assert [prefix for prefix, _ in layout.failed] == [f"AWSLogs/{A}/"]
    with pytest.raises(AwsError, match="s3:ListBucket"):
        find_layout(made.folders, f"AWSLogs/{A}", question())
    assert not find_layout(made.folders, "AWSLogs", question(account_ids=(A,))).folders


def test_requests_are_counted() -> None:
    """Each folder that is listed on the way is a request."""
    assert find_layout(bucket().folders, "", question()).requests == 1 + 1 + 2 + 2
