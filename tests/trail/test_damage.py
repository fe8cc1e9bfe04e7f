from __future__ import annotations

import gzip
import json
import os
from typing import TYPE_CHECKING

import pytest

from gdkit.errors import TrailError
from gdkit.trail import load_trail, loglines, window
from gdkit.trail.window import TextWindow
from tests.trail import samples

if TYPE_CHECKING:
    from pathlib import Path


def test_truncated_gzip_gives_what_it_holds(tmp_path: Path) -> None:
    """A gzip file cut short gives its whole records, and says that it was cut."""
    whole = gzip.compress(("[" + ",".join(map(samples.compact, samples.events(200))) + "]").encode(), 0)
    trail = load_trail(samples.write(tmp_path / "a.json.gz", whole[: len(whole) // 2]))
    assert 90 < len(trail.events) < 110
    reasons = [one.reason for one in trail.coverage.unread]
    assert f"ends in the middle of a record, after {len(trail.events)} records" in reasons
    assert any("gzip data ends early" in reason for reason in reasons)


def test_gzip_of_several_members(tmp_path: Path) -> None:
    """Members of a gzip file are read one after the other, zeros after them are nothing."""
    data = b"".join(gzip.compress((samples.compact(one) + "\n").encode()) for one in samples.events(3)) + b"\0" * 9
    trail = load_trail(samples.write(tmp_path / "a.gz", data))
    assert len(trail.events) == 3
    assert not trail.coverage.unread


def test_bytes_after_gzip_are_told(tmp_path: Path) -> None:
    """What follows the gzip data and is no gzip is a gap."""
    data = gzip.compress(samples.records_text(2).encode()) + b"<html>"
    trail = load_trail(samples.write(tmp_path / "a.gz", data))
    assert len(trail.events) == 2
    assert "not gzip" in trail.coverage.unread[0].reason


def test_damaged_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    """Damage inside the gzip data is named."""
    data = bytearray(gzip.compress(("[" + ",".join(map(samples.compact, samples.events(900))) + "]").encode()))
    data[len(data) // 2 : len(data) // 2 + 60] = b"\xff" * 60
    trail = load_trail(samples.write(tmp_path / "a.json.gz", bytes(data)))
    assert any("damaged" in one.reason for one in trail.coverage.unread)
    assert len(trail.events) > 300


def test_gzip_in_gzip(tmp_path: Path) -> None:
    """A file that was compressed twice is read."""
    data = gzip.compress(gzip.compress(samples.records_text(2).encode()))
    assert len(load_trail(samples.write(tmp_path / "a.json.gz", data)).events) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """UTF-16 and UTF-32 are read, with their mark and UTF-16 without."""
    data = json.dumps({"Records": [samples.event(userAgent="Zoë")]}, ensure_ascii=False).encode(encoding)
    assert load_trail(samples.write(tmp_path / "a.json", data)).events.user_agent[0] == "Zoë"


def test_invalid_utf8_is_replaced_and_told(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 cost no event."""
    data = samples.compact(samples.event(userAgent="Zo@")).encode().replace(b"Zo@", b"Zo\xeb")
    trail = load_trail(samples.write(tmp_path / "a.json", data))
    assert trail.events.user_agent[0] == "Zo\ufffd"
    assert trail.coverage.warnings[0].startswith("1 file holds bytes")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xff\xd8\xff\xe0 picture", "JPEG"), (b"PK\x03\x04zip", "zip"), (b"PAR1..", "Parquet"),
        (b"\0\1\2\3" * 100, "binary"), (b"", "empty"), (b" \n ", "white space"), (b"hello", "neither JSON nor"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_named(tmp_path: Path, data: bytes, what: str) -> None:
    """A file that is no log, named by itself, gives an error that says what it is."""
    with pytest.raises(TrailError, match=what):
        load_trail(samples.write(tmp_path / "cat.json.gz", data))
    samples.write(tmp_path / "good.json", samples.records_text(1))
    trail = load_trail(tmp_path)
    assert len(trail.events) == 1
    assert what in trail.coverage.unread[0].reason


@pytest.mark.parametrize("cut", [1, 40, 700])
@pytest.mark.parametrize("start", ['{"Records":[', "["])
def test_truncated_json_keeps_the_whole_records(tmp_path: Path, cut: int, start: str) -> None:
    """A file that ends in the middle of a record gives all before it and one gap with its line."""
    text = start + ",\n".join(map(samples.compact, samples.events(5)))
    trail = load_trail(samples.write(tmp_path / "a.json", text[:-cut]))
    (gap,) = trail.coverage.unread
    assert len(trail.events) == 4
    assert (gap.line, gap.reason) == (5, "ends in the middle of a record, after 4 records")


def test_a_list_that_is_not_closed_is_told(tmp_path: Path) -> None:
    """Whole records without the closing bracket are all kept, and the end is a gap."""
    trail = load_trail(samples.write(tmp_path / "a.json", samples.records_text(3)[:-2]))
    assert len(trail.events) == 3
    assert trail.coverage.unread


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    """After a broken element reading goes on at the next record."""
    parts = list(map(samples.compact, samples.events(5)))
    parts[2] = parts[2].replace('"awsRegion":', '"awsRegion"', 1)
    trail = load_trail(samples.write(tmp_path / "a.json", '{"Records":[' + ",\n".join(parts) + "]}"))
    assert [one[-1] for one in trail.events.event_id] == ["0", "1", "3", "4"]
    (gap,) = trail.coverage.unread
    assert gap.line == 3
    assert "reading went on at line 4" in gap.reason


def test_a_broken_line_costs_only_itself(tmp_path: Path) -> None:
    """In JSON lines a line that was cut is a gap, the next line is read."""
    lines = list(map(samples.compact, samples.events(4)))
    lines[1] = lines[1][:300]
    trail = load_trail(samples.write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [one[-1] for one in trail.events.event_id] == ["0", "2", "3"]
    assert [one.line for one in trail.coverage.unread] == [2]


def test_very_many_gaps_are_told_as_one(tmp_path: Path) -> None:
    """A file full of other lines does not flood the ledger: the first places and the last are named."""
    text = samples.compact(samples.event()) + "\n" + '{"a":1}\n' * 500
    unread = load_trail(samples.write(tmp_path / "a.jsonl", text)).coverage.unread
    assert len(unread) == 22
    assert "479 more" in unread[-2].reason
    assert unread[-1].line == 501


@pytest.mark.parametrize(
    "oddity",
    [
        "[" * 100_000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        "NaN",
        "-Infinity",
        "9" * 6000,
        '"\\ud800"',
        '"\\u0000"',
        "1e999",
    ],
)
def test_odd_json_values_never_crash(tmp_path: Path, oddity: str) -> None:
    """Deep nesting, huge numbers, NaN and half characters cost at most their own record."""
    odd = samples.compact(samples.event(1, requestParameters="@", userAgent="@", awsRegion="@")).replace('"@"', oddity)
    text = '{"Records":[' + ",".join((samples.compact(samples.event(0)), odd, samples.compact(samples.event(2)))) + "]}"
    trail = load_trail(samples.write(tmp_path / "a.json", text))
    assert {"0", "2"} <= {one[-1] for one in trail.events.event_id}
    assert len(trail.events) + len(trail.coverage.unread) >= 3
    "".join(trail.records).encode()


def test_duplicate_names_take_the_last(tmp_path: Path) -> None:
    """A name that stands twice does not crash."""
    text = samples.compact(samples.event())[:-1] + ',"eventName":"Second"}'
    assert load_trail(samples.write(tmp_path / "a.json", text)).events.event_name[0] == "Second"


def test_unreadable_file_is_a_gap(tmp_path: Path) -> None:
    """A file that may not be opened is a gap, the others are read."""
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    samples.write(tmp_path / "a.json", samples.records_text(1)).chmod(0)
    samples.write(tmp_path / "b.json", samples.records_text(1))
    assert "cannot be opened" in load_trail(tmp_path).coverage.unread[0].reason


def test_broken_symlink_is_a_gap(tmp_path: Path) -> None:
    """A link to nothing is a gap, not a crash."""
    (tmp_path / "a.json").symlink_to(tmp_path / "nothing.json")
    samples.write(tmp_path / "b.json", samples.records_text(1))
    assert "cannot be opened" in load_trail(tmp_path).coverage.unread[0].reason


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    """Where the text is cut into pieces does not matter."""
    from gdkit.trail.forms import JsonReader

    text = json.dumps({"a": 12345, "Records": samples.events(3), "b": None}, indent=1) + "\n" + samples.records_text(2)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    found = list(JsonReader(TextWindow(pieces)).items())
    assert found == list(JsonReader(TextWindow([text])).items())
    assert len(found) == 5


def test_a_long_single_line(tmp_path: Path) -> None:
    """Thirty megabytes of JSON on one line load whole, in windows much smaller than that."""
    count = 30_000
    with (tmp_path / "big.json").open("w") as out:
        out.write('{"Records":[')
        for number in range(count):
            out.write(("," if number else "") + samples.compact(samples.event(number)))
        out.write("]}")
    trail = load_trail(tmp_path / "big.json")
    assert len(trail.events) == count
    assert set(trail.events.source_line) == {1}
    assert not trail.coverage.unread


@pytest.mark.parametrize("junk", ['{"eventVersion":},\n', '{"a":\n', '{"a":"\n', '{"eventVersion":{"a":1},'])
def test_endless_damage_is_given_up(tmp_path: Path, junk: str) -> None:
    """After very many failures without a record reading stops and says so, instead of going on for hours."""
    text = '{"Records":[' + samples.compact(samples.event()) + "," + junk * 50_000
    trail = load_trail(samples.write(tmp_path / "a.json", text))
    assert len(trail.events) == 1
    assert trail.coverage.unread


def test_list_of_strangers_is_given_up(tmp_path: Path) -> None:
    """A list with very many values that are no record is left after a while, and the answer says so once."""
    path = samples.write(tmp_path / "numbers.json", "[" + "1," * 150_000 + "1]")
    with pytest.raises(TrailError, match=r"no CloudTrail record; .*numbers.json:1: not JSON \(100,000 values in a row"):
        load_trail(path)


@pytest.mark.parametrize(("inside", "sure"), [('"' + "a\x01b" + '"', True), ("[" * 3000 + "]" * 3000, True),
                                              ('"a"b"', False)])  # fmt: skip
def test_records_inside_a_broken_one(tmp_path: Path, inside: str, sure: bool) -> None:
    """Reading goes on behind a broken record, not at records that somebody wrote into it; or it says that it may."""
    forged = samples.event(7, eventName="Forged")
    broken = json.dumps(samples.event(2, requestParameters={"a": "HERE", "b": [{"x": 1}, forged]}))
    records = [json.dumps(samples.event(1)), broken.replace('"HERE"', inside), json.dumps(samples.event(3))]
    trail = load_trail(samples.write(tmp_path / "a.json", f'{{"Records":[{",".join(records)}]}}'))
    assert ("Forged" not in set(trail.events["event_name"])) is sure
    told = [gap.reason for gap in trail.coverage.unread]
    assert told
    assert any("it may stand inside the one that is damaged" in reason for reason in told) is not sure
    assert samples.event(1)["eventID"] in set(trail.events["event_id"])
    assert (samples.event(3)["eventID"] in set(trail.events["event_id"])) is sure, "what was not read is told of"


def test_a_value_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that would fill the memory is a gap; what stands before it and in other files is read."""
    monkeypatch.setattr(window, "LONGEST_VALUE", 1 << 20)
    huge = json.dumps(samples.event(2, requestParameters={"a": "x" * (5 << 20)}))
    records = ",".join([json.dumps(samples.event(1)), huge, json.dumps(samples.event(3))])
    samples.write(tmp_path / "logs" / "a.json.gz", gzip.compress(f'{{"Records":[{records}]}}'.encode()))
    samples.write(tmp_path / "logs" / "b.json", json.dumps(samples.event(4)))
    trail = load_trail(tmp_path / "logs")
    assert {one[-1] for one in trail.events["event_id"]} >= {"1", "4"}
    assert any("a value of more than 1,048,576 characters" in gap.reason for gap in trail.coverage.unread)


def test_a_log_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that would fill the memory is a gap; those before and behind it are read."""
    for module in (window, loglines):
        monkeypatch.setattr(module, "LONGEST_VALUE", 1 << 20)
    lines = [f"2026-11-01T03:00:00 trail-1 {json.dumps(samples.event(number))}" for number in (1, 2, 3)]
    lines.insert(1, "2026-11-01T03:00:00 trail-1 " + "x" * (5 << 20))
    trail = load_trail(samples.write(tmp_path / "a.log", "\n".join(lines)))
    assert {one[-1] for one in trail.events["event_id"]} == {"1", "2", "3"}
    (gap,) = trail.coverage.unread
    assert (gap.line, gap.reason) == (2, "a line of more than 1,048,576 characters")
