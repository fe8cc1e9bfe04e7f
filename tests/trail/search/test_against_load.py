"""A search gives what a load of the whole trail gives, after the events of others are left out of that."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gdkit.analysis.subject import subject_of_text
from gdkit.errors import TrailError
from gdkit.trail import Trail, load_trail
from gdkit.trail.search import session_events
from gdkit.trail.search.keep import session_rows
from tests.trail.search import calls
from tests.trail.search.writing import FORMS, PACKINGS, escaped

WHO = {"principal": calls.PRINCIPAL, "instance": calls.INSTANCE, "key": calls.samples.KEY,
       "lasting key": "AKIAEXAMPLEMADE00001"}  # fmt: skip
KINDS = {
    "call": calls.call,
    "assume": lambda number, hop: calls.assume_role(number, max(hop, 0) % 3),
    "assume, refused": lambda number, hop: calls.assume_role(number, max(hop, 0) % 3, errorCode="AccessDenied"),
    "key": calls.create_access_key,
    "user": calls.create_user,
    "made user": lambda number, hop: calls.by_made_user(number),
    "with made key": lambda number, hop: calls.by_made_key(number),
    "half": calls.other_half,
    "no principal": calls.of_no_principal,
    "told of": calls.told_of,
    "forged": calls.with_forged_calls,
    "console": lambda number, hop: calls.call(number, hop, sessionCredentialFromConsole="true"),
    "sign-in token": lambda number, hop: calls.call(number, hop, eventSource="signin.amazonaws.com",
                                                    eventName="GetSigninToken"),
}  # fmt: skip

one_call = st.tuples(st.sampled_from(sorted(KINDS)), st.integers(-1, 3))
one_file = st.tuples(
    st.lists(one_call, min_size=1, max_size=6), st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(PACKINGS)),
    st.sampled_from([0, 0, 0, 1, 5]), st.sampled_from([None, "0310", "0330", "0500"]),
)  # fmt: skip


def write(folder: Path, files: list[Any]) -> None:
    """Write a trail; every record has an id of its own, and a time that grows through the files."""
    number = 0
    for place, (kinds, form, packing, every, stamp) in enumerate(files):
        records = []
        for kind, hop in kinds:
            number += 1
            records.append(KINDS[kind](number, hop))
        text = FORMS[form](records)
        for identifier in (calls.INSTANCE, calls.samples.KEY, *calls.HOP_KEYS) if every else ():
            text = escaped(text, identifier, every)
        named = f"111122223333_CloudTrail_us-east-1_20261101T{stamp}Z_{place}" if stamp else f"{place}"
        (folder / f"{named}.json.gz").write_bytes(PACKINGS[packing](text.encode()))


def loaded(folder: Path, who: str) -> Trail:
    """Load everything and keep the session's events."""
    trail = load_trail(folder)
    subject = subject_of_text(who)
    assert subject is not None
    kept = trail.events[session_rows(trail.events, subject)]
    records = [trail.records[number] for number in kept["record_number"]]
    numbered = kept.assign(record_number=range(len(kept))).reset_index(drop=True)
    return Trail(numbered, records, trail.coverage)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.lists(one_file, min_size=1, max_size=5), who=st.sampled_from(sorted(WHO)))
@example(files=[([("assume", 0), ("forged", 0)], "one line", "gzip", 0, None)], who="principal")
def test_same_as_load(files: list[Any], who: str) -> None:
    """Events, raw text and what could not be read are the same, whatever the form, damage and order of the files."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, files)
        try:
            expected = loaded(folder, WHO[who])
        except TrailError:
            with pytest.raises(TrailError):
                session_events(WHO[who], folder, workers=2)
            return
        found = session_events(WHO[who], folder, workers=2)
    assert found.records == expected.records
    pd.testing.assert_frame_equal(found.events, expected.events.astype(found.events.dtypes))
    assert found.coverage.unread == expected.coverage.unread
    assert found.coverage.passed_over == expected.coverage.passed_over
    assert [(one.files, one.bytes) for one in found.coverage.searched] == [
        (one.files, one.bytes) for one in expected.coverage.searched
    ]


@pytest.mark.parametrize("packing", sorted(PACKINGS))
@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_in_every_state(tmp_path: Path, form: str, packing: str) -> None:
    """A chain of two hops is found in each form and state as far as a load finds it."""
    kinds = [("told of", 0), ("call", -1), ("call", 0), ("assume", 0), ("forged", 0), ("call", 1), ("assume", 1),
             ("call", 2), ("call", -1)]  # fmt: skip
    write(tmp_path, [(kinds, form, packing, 0, "0310"), ([("call", 0), ("call", 2)], "one line", "gzip", 0, "0500")])
    expected, found = loaded(tmp_path, calls.PRINCIPAL), session_events(calls.PRINCIPAL, tmp_path)
    assert found.records == expected.records
    assert found.coverage.unread == expected.coverage.unread
