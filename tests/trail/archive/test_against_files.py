"""An archive gives what the log files themselves give: events, raw text, ledger, whatever the files look like."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gdkit.errors import TrailError
from gdkit.trail import load_trail
from gdkit.trail.search import session_events
from tests.hostile.samples import hostile_sample
from tests.trail import samples
from tests.trail.archive.made import assert_same, made, unnamed
from tests.trail.search import calls
from tests.trail.search.test_against_load import WHO, loaded, one_file, write
from tests.trail.search.test_search import numbers
from tests.trail.search.writing import FORMS, PACKINGS

if TYPE_CHECKING:
    from collections.abc import Callable


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.lists(one_file, min_size=1, max_size=5), who=st.sampled_from(sorted(WHO)))
@example(files=[([("assume", 0), ("forged", 0)], "one line", "gzip", 0, None)], who="principal")
def test_same_as_files(files: list[Any], who: str) -> None:
    """The whole archive, and one session out of it, are the same as those of the files, in every form and damage."""
    with TemporaryDirectory() as name:
        trail = Path(name, "logs")
        trail.mkdir()
        write(trail, files)
        source = made(Path(name, "archive"), trail)
        try:
            expected = load_trail(trail)
        except TrailError as error:
            with pytest.raises(TrailError) as raised:
                load_trail(source)
            assert raised.value.problem == error.problem
            return
        whole, found, of_files = load_trail(source), session_events(WHO[who], source), loaded(trail, WHO[who])
        assert_same(whole, expected)
        assert unnamed(whole.coverage) == unnamed(expected.coverage)
        assert_same(found, of_files)
        assert found.coverage.unread == of_files.coverage.unread
        assert found.coverage.passed_over == of_files.coverage.passed_over
        searched = session_events(WHO[who], trail).coverage
        assert unnamed(found.coverage).searched == unnamed(searched).searched


@pytest.mark.parametrize("packing", sorted(PACKINGS))
@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_in_every_state(tmp_path: Path, form: str, packing: str) -> None:
    """A chain of two hops is found in each form and state as far as a load of the files finds it."""
    kinds = [("told of", 0), ("call", -1), ("call", 0), ("assume", 0), ("forged", 0), ("call", 1), ("assume", 1),
             ("call", 2), ("call", -1)]  # fmt: skip
    trail = tmp_path / "logs"
    trail.mkdir()
    write(trail, [(kinds, form, packing, 0, "0310"), ([("call", 0), ("call", 2)], "one line", "gzip", 0, "0500")])
    source = made(tmp_path / "archive", trail)
    assert_same(session_events(calls.PRINCIPAL, source), loaded(trail, calls.PRINCIPAL))
    assert unnamed(load_trail(source).coverage) == unnamed(load_trail(trail).coverage)


ODD: dict[str, bytes] = {
    "console.csv": samples.csv_text(samples.CONSOLE_HEADER, map(samples.console_cells, range(3))).encode(),
    "literal.csv": (
        b"eventName,eventSource,eventTime,eventID,userIdentity,requestParameters\n"
        b"RunInstances,ec2.amazonaws.com,2026-11-01T03:00:00Z,c-1,"
        b"\"{'principalId': 'AROAEXAMPLEROLE000001:i-0123456789abcdef0', 'n': (1, 2), 'b': b'x'}\","
        b"\"{1: None, 'a': {2}}\"\n"
    ),
    "lookup.csv": (
        b'EventId,EventName,EventTime,Username,CloudTrailEvent\r\nr-1,GetCallerIdentity,2026-11-01T03:00:00Z,'
        b'i-0123456789abcdef0,"{""eventName"":""GetCallerIdentity"",""eventSource"":""sts.amazonaws.com""}"\r\n'
        b"r-2,Broken,2026-11-01T03:01:00Z,i-0123456789abcdef0,{\r\n"
    ),
    "lookup.json": json.dumps(
        {"Events": [samples.lookup_row(1), samples.lookup_row(2, CloudTrailEvent="{"), {"EventId": "only"}]}
    ).encode(),
    "utf16.json": samples.records_text(2).encode("utf-16"),
    "bom.json": b"\xef\xbb\xbf" + samples.records_text(1).encode(),
    "bytes.json": samples.records_text(1).encode().replace(b"aws-cli", b"aws\xff\xfecli"),
    "surrogates.json": b'{"Records":[' + samples.compact(samples.event(7, userAgent="x")).encode().replace(
        b'"x"', b'"\\ud800 \\uDFFF \\ud83d\\ude00"') + b"]}",
    "names.jsonl": "\n".join(samples.compact(one) for one in (
        samples.event(11, userIdentity=samples.identity(principalId="Zoë\u2028:\U0001f600", accessKeyId='odd "key"')),
        samples.event(12, userIdentity=samples.identity(principalId=5, accessKeyId=["x"], arn={"a": 1})),
        samples.event(13, userIdentity="none"), samples.event(14, userIdentity=json.dumps(samples.identity())),
        samples.event(15, eventTime="yesterday"), samples.event(16, eventTime=...), samples.event(17, eventID=...),
        samples.event(18, recipientAccountId="1.23E+11"), samples.event(19, recipientAccountId=123),
        samples.event(20, eventTime="0001-01-01T00:00:00Z"), samples.event(21, eventTime="9999-12-31T23:59:59.999999Z"),
        samples.event(22, sourceIPAddress="2001:0DB8:0:0:0:0:0:1"), samples.event(23, sourceIPAddress="redacted"),
    )).encode(),
    "flat.json": json.dumps([{"eventName": "X", "eventSource": "s", "userIdentity.principalId": samples.ROLE_ID,
                              "userIdentity.accessKeyId": samples.KEY, "n": 1}]).encode(),
    "same-id.json": json.dumps({"Records": [samples.event(1), samples.event(1, eventName="Other"),
                                            samples.event(1, eventTime=...)]}).encode(),
    "strangers.jsonl": b'{"a":1}\n' * 40 + b"[1,2]\n5\n",
    "digest.json": b'{"digestStartTime":"2026-11-01T00:00:00Z","logFiles":[]}',
    "ocsf.json": b'{"class_uid":6003}',
    "notification.json": b'{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put"}]}',
    "hits.json": json.dumps({"hits": {"hits": [{"_index": "a", "_source": samples.event(31)}]}}).encode(),
    "bus.json": json.dumps({"detail-type": "AWS API Call via CloudTrail", "detail": samples.event(32)}).encode(),
    "messages.json": json.dumps({"events": [{"message": samples.compact(samples.event(33))}]}).encode(),
    "integer.json": b'{"Records":[' + samples.compact(samples.event(34)).encode()[:-1] + b',"n":' + b"9" * 5000
                    + b"}]}",
    "empty.json": b"", "space.json": b" \n", "zeros.json.gz": gzip.compress(b"\0" * 99), "prose.log": b"hello there\n",
    "prose.json": b"hello there\n", "picture.json": b"\x89PNG....", "half.json.gz": gzip.compress(b"{" * 900)[:30],
    "table.parquet": b"PAR1", "notes.md": b"# notes",
}  # fmt: skip
"""Files in every form that a reader of logs meets, by name."""


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_files(tmp_path: Path, name: str) -> None:
    """Each odd file gives the same events, the same text and the same ledger out of an archive, beside a plain one."""
    trail = tmp_path / "logs"
    trail.mkdir()
    (trail / name).write_bytes(ODD[name])
    (trail / "plain.json").write_text(samples.compact({"Records": [samples.event(900)]}))
    expected, found = load_trail(trail), load_trail(made(tmp_path / "archive", trail))
    assert_same(found, expected)
    assert unnamed(found.coverage) == unnamed(expected.coverage)


def test_all_odd_files_together(tmp_path: Path) -> None:
    """A session is found in all of them together as a load of the files finds it."""
    trail = tmp_path / "logs"
    trail.mkdir()
    for name, content in ODD.items():
        (trail / name).write_bytes(content)
    source = made(tmp_path / "archive", trail)
    assert unnamed(load_trail(source).coverage) == unnamed(load_trail(trail).coverage)
    found = session_events(calls.PRINCIPAL, source)
    assert_same(found, loaded(trail, calls.PRINCIPAL))
    assert len(found.events) > 10


def test_a_record_that_is_nested_too_deeply(tmp_path: Path) -> None:
    """A record that only some depth of the reader's own calls allows to be read is told of, and stops nothing."""
    trail = tmp_path / "logs"
    trail.mkdir()
    deep = samples.compact(samples.event(1)).replace('"maxResults":5', '"a":' + "[" * 700 + "]" * 700)
    deeper = samples.compact(samples.event(2)).replace('"maxResults":5', '"a":' + "[" * 90_000 + "]" * 90_000)
    (trail / "a.json").write_text(f'{{"Records":[{deep},{deeper},{samples.compact(samples.event(3))}]}}')
    expected, found = load_trail(trail), load_trail(made(tmp_path / "archive", trail))
    assert expected.coverage.unread
    assert_same(found, expected)
    assert unnamed(found.coverage) == unnamed(expected.coverage)


def called(times: int, ask: Callable[[], Any]) -> Any:
    """Ask from within so many calls."""
    return called(times - 1, ask) if times else ask()


def test_how_deep_is_too_deep(tmp_path: Path) -> None:
    """The same records are nested too deeply for all readers, however many callers these have."""
    trail = tmp_path / "logs"
    trail.mkdir()
    deep = [samples.compact(calls.call(number, 0, requestParameters={"a": number})).replace(
        f'"a":{number}', '"a":' + "[" * (970 + number) + "]" * (970 + number)) for number in range(40)]  # fmt: skip
    (trail / "a.jsonl").write_text("\n".join(deep))
    expected = load_trail(trail)
    assert 0 < len(expected.events) < 40
    source = called(150, lambda: made(tmp_path / "archive", trail))
    asks = [lambda: load_trail(trail), lambda: load_trail(source), lambda: session_events(calls.PRINCIPAL, str(trail)),
            lambda: session_events(calls.PRINCIPAL, source)]  # fmt: skip
    for ask in asks:
        for times in (0, 150):
            assert numbers(called(times, ask).events) == numbers(expected.events)


def test_attacks_of_a_thief(tmp_path: Path) -> None:
    """Logs full of a thief's attacks come out of an archive as they are read from the files."""
    sample = hostile_sample(tmp_path / "sample")
    expected, found = load_trail(sample.trail), load_trail(made(tmp_path / "archive", sample.trail))
    assert_same(found, expected)
    assert unnamed(found.coverage) == unnamed(expected.coverage)
