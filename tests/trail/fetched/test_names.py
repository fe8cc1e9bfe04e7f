"""Names of files for keys: inside the folder, readable, turned back into keys, and never one for two keys."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.trail.fetched.names import key_at, path_of
from gdkit.trail.ledger_places import named_place
from gdkit.trail.sources import is_log
from tests.trail.s3.memory import key_of

FOLDER = Path("kept")
OWN = key_of("20261101T0305")

parts = st.one_of(
    st.sampled_from(
        ["", ".", "..", "a", "A", "AWSLogs", "awslogs", "a:b", "a%3Ab", "a~b", "a.b", "é", "e\u0301", "a\0b"]
    ),
    st.text(max_size=4),
    st.sampled_from(["x" * 99, "x" * 100, "x" * 101, "é" * 40]),
)
names = st.builds(
    "{}{}{}".format,
    parts,
    st.sampled_from(["", "a" * 130, "b" * 130, "_CloudTrail_eu-west-1_20261101T0305Z_a", OWN.rpartition("/")[2]]),
    st.sampled_from(["", ".json", ".json.gz", ".JSON.gz", ".gz", "~0.json.gz"]),
)
keys = st.one_of(
    st.builds(lambda folders, name: "/".join([*folders, name]), st.lists(parts, max_size=3), names),
    st.sampled_from([OWN, OWN.lower(), OWN.removesuffix(".gz"), f"{OWN}/x.json", OWN.replace("AWSLogs", "awslogs")]),
)  # fmt: skip


@given(one=keys, other=keys)
def test_two_keys_never_share_a_path(one: str, other: str) -> None:
    """Paths of two keys differ by more than case, none leads through the other's file, and all stay inside."""
    at, beside = (path_of(FOLDER, key, ".json.gz").as_posix().casefold() for key in (one, other))
    assert (at == beside) == (one == other)
    assert not at.startswith(f"{beside}/")
    assert ".." not in PurePosixPath(at).parts
    assert at.startswith("kept/")
    assert max(map(len, at.split("/"))) < 200


@given(key=keys)
def test_paths_are_turned_back(key: str) -> None:
    """A path tells the key again, but for what was cut off, which is shown."""
    told = key_at(path_of(FOLDER, key, ".json.gz").relative_to(FOLDER).as_posix())
    assert told == key or "…" in told


@pytest.mark.parametrize("key", [OWN, OWN.removesuffix(".gz"), f"{OWN[:-8]}{'x' * 200}.json.gz", f"Org.1/{OWN}"])
def test_names_tell_the_place(key: str) -> None:
    """Whatever was changed in a name, it tells account, region and time, and is a log's."""
    path = path_of(FOLDER, key)
    assert named_place(path.as_posix()) == named_place(OWN)
    assert is_log(path.name)
    assert (path == FOLDER / key) == (key == OWN)
