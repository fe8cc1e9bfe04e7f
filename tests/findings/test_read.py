"""Sources, encodings and everything that is no finding."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdkit.errors import FindingError, FindingReadError, GdkitError, UnsupportedFindingError
from gdkit.findings import load_findings
from gdkit.findings import read as reading
from tests.findings import samples as s

if TYPE_CHECKING:
    from pathlib import Path

TEXT = json.dumps({"Findings": [s.pascal(s.finding(title="Größe — 盗"))]}, ensure_ascii=False, indent=1)


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\xff\xfe" + TEXT.replace("\n", "\r\n").encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        gzip.compress(TEXT.encode(), mtime=0),
        gzip.compress(b"\xff\xfe" + TEXT.encode("utf-16-le"), mtime=0),
    ],
)
@pytest.mark.parametrize("name", ["finding.json", "finding.json.gz", "finding"])
def test_encodings(raw: bytes, name: str, tmp_path: Path) -> None:
    """UTF-8 and UTF-16, with and without a mark, packed or not, are told by content and never by the file's name."""
    path = tmp_path / name
    path.write_bytes(raw)
    found = load_findings(path)[0]
    assert found.title == "Größe — 盗"
    assert (found.raw, found.raw_sha256) == (raw, hashlib.sha256(raw).hexdigest())
    assert load_findings(str(path)) == load_findings(raw)


def test_packed_json_lines(tmp_path: Path) -> None:
    """The S3 export, JSON lines in gzip, is read; members of a joined file too."""
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(s.lines(s.finding())) + gzip.compress(s.lines(s.inside())))
    assert [finding.variant for finding in load_findings(path)] == ["OutsideAWS", "InsideAWS"]


def test_text_dict_and_list() -> None:
    """JSON text, even after a mark and blanks, a dict and a list are read; a dict's raw bytes are sorted JSON."""
    assert load_findings("\ufeff \n" + TEXT)[0].id == s.ID
    body = s.finding()
    assert load_findings(body)[0].raw == json.dumps(body, sort_keys=True).encode()
    assert len(load_findings([body, body])) == 2


def test_bad_lines_are_told() -> None:
    """Lines that are no JSON are left out, and every finding that was read says which."""
    found = load_findings(s.lines(s.finding()) + b'{"id": \n' + s.lines(s.inside()) + b"\x1b[31mrubbish\n")
    assert len(found) == 2
    for finding in found:
        assert any("line 2, column" in w and "line 4, column 1" in w and w.isprintable() for w in finding.warnings)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf \n", "it is empty"),
        (gzip.compress(b"", mtime=0), "it is empty"),
        (TEXT.encode()[:300], r"the JSON ends early \(line \d+, column \d+\)"),
        (b'{"a": 1,\n "b": nope}', r"not valid JSON: Expecting value \(line 2, column 7\)"),
        (b"\xff\xd8\xff\xe0JFIF", "it is a JPEG image"),
        (b"PAR1xxxx", "it is a Parquet file"),
        (gzip.compress(TEXT.encode(), mtime=0)[:200], "the gzip data ends early"),
        (b"\x1f\x8b\x08" + b"\x00" * 50, "the gzip data is damaged|the gzip data ends early"),
        (b"\x1f\x8b\x00\x00", "the gzip data"),
        (b'{"a":\n"\x00"}', r"NUL bytes \(first in line 2\)"),
        (b'{"a":\n"\xe9"}', "not UTF-8 text: line 2, byte 8"),
        (b"hello", "it begins with 'hello'"),
        (b"\x1b]0;evil\x07" + b"x" * 999, r"it begins with '\\x1b\]0;evil\\x07x+…'"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 400 + b"1" + b"}" * 400, "no finding in a known shape"),
        (b'{"type":"A:B/C","service":' + b"[" * 480 + b"]" * 480 + b"}", "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"17", "begins with '17'|at its top stand: a int"),
        (b'"text"', "no finding in a known shape"),
        (b"{}", "no finding in a known shape"),
        (b'{"Findings": []}', "holds an empty list"),
        (b'{"Records": []}', "holds an empty list"),
        (b'{"FindingIds": ["a"]}', "it lists ids of findings"),
        (b'{"Records":[{"eventVersion":"1.08","eventName":"x"}]}', "a CloudTrail log.*give it with --trail"),
        (b'{"Events":[{"EventId":"1","CloudTrailEvent":"{}"}]}', "a CloudTrail log"),
        (b'{"eventVersion":"1.08","eventName":"x"}\n{"eventVersion":"1.08","eventName":"y"}', "a CloudTrail log"),
        (b'{"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{}}]}', "S3 has a new object"),
    ],
)
def test_what_is_no_finding(raw: bytes, words: str, tmp_path: Path) -> None:
    """Each kind of wrong input is named with its file, the place in it and what to do, in printable text."""
    path = tmp_path / "given.json.gz"
    path.write_bytes(raw)
    with pytest.raises(FindingReadError, match=words) as caught:
        load_findings(path)
    message = str(caught.value)
    assert "given.json.gz" in message and "What to do:" in message
    assert message.isprintable() and len(message) < 700


def test_file_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks huge is refused before it fills the memory."""
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b" " * 5000))
    monkeypatch.setattr(reading, "MAX_BYTES", 2000)
    with pytest.raises(FindingReadError, match="too large"):
        load_findings(path)
    with pytest.raises(FindingReadError, match="too large"):
        load_findings(b" " * 5000)


@pytest.mark.parametrize("name", ["no/such.json", "", "x\x00y", "z" * 9999])
def test_no_such_file(name: str) -> None:
    """A name that is neither a file nor JSON is named, cut to a bearable length."""
    with pytest.raises(FindingReadError, match=r"no such file|cannot be read") as caught:
        load_findings(name)
    assert len(str(caught.value)) < 600 and str(caught.value).isprintable()


def test_folder(tmp_path: Path) -> None:
    """A folder is refused with the advice to give a file."""
    with pytest.raises(FindingReadError, match=r"it is a folder\. What to do: give one file"):
        load_findings(tmp_path)


def test_values_that_are_no_source() -> None:
    """A number, a circle of lists and what JSON cannot hold give a clear error."""
    circle: list[Any] = []
    circle.append(circle)
    for source in (1, circle, {"a": 1, 2: 3}, "{\ud800"):
        with pytest.raises(FindingReadError):
            load_findings(source)  # type: ignore[arg-type]


def test_keys_seen_are_cut_and_escaped() -> None:
    """At most eight top-level keys are named, each printable and of at most 60 characters."""
    with pytest.raises(FindingReadError) as caught:
        load_findings({f"{n}\x1b" + "k" * 500: 1 for n in range(20)})
    message = str(caught.value)
    assert message.isprintable() and message.count("kkk…") == 8 and len(message) < 1000


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    """No bytes whatever raise anything but gdkit's own errors."""
    with pytest.raises(GdkitError):
        load_findings(raw)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([s.OUTSIDE, s.ARN]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_NAMES = st.sampled_from(
    ["type", "Type", "id", "arn", "severity", "resource", "Resource", "service", "Service", "detail", "account",
     "findings", "Records", "class_uid", "finding_info", "SchemaVersion", "Types", "ProductArn", "Resources",
     "ProductFields", "evidences", "resources", "unmapped", "Message", "Action", "createdAt", "accessKeyDetails",
     "instanceDetails"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(_NAMES, _JSON, max_size=8) | st.lists(_JSON, max_size=4))
def test_any_json(value: Any) -> None:
    """No JSON value raises anything but gdkit's own errors."""
    try:
        load_findings(value)
    except FindingError as error:
        assert str(error).isprintable()


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_value_in_any_field(data: st.DataObject) -> None:
    """Any value in any field of a finding, of whatever schema, leaves an accepted finding or gdkit's own error."""
    body: Any = data.draw(st.sampled_from([s.finding, s.inside, s.asff, s.ocsf]))()
    node = body
    while True:
        key = data.draw(st.sampled_from(sorted(node)) if isinstance(node, dict) else st.integers(0, len(node) - 1))
        if isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans()):
            node = node[key]
            continue
        node[key] = data.draw(_JSON)
        break
    try:
        assert len(load_findings(body)) == 1
    except (FindingReadError, UnsupportedFindingError) as error:
        assert str(error).isprintable()
