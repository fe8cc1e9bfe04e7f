"""A source (path, text, bytes, dict or list) becomes the JSON documents in it, with their lines and its exact bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from gdkit.errors import FindingReadError
from gdkit.findings.fields import quoted

MAX_BYTES = 256 * 1024 * 1024
"""Most bytes of text that one input may hold, B. A finding takes a few kB; this stops a small file unpacking huge."""

GIVE = (
    "give a GuardDuty finding: the JSON of GetFindings, an EventBridge event, an S3 export or a Security Hub finding."
)
"""What to do where the input is something else, for errors."""

_AGAIN = "fetch the finding again and keep the whole file."
_BINARY = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG", "a PNG image"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive (or an Office file)"),
    (b"PAR1", "a Parquet file"),
    (b"BZh", "a bzip2 archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
)
_SPACE = re.compile(r"[ \t\r\n]*")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one input held.

    Attributes:
        place: the file, or words for what was given; for messages.
        raw: the exact bytes of the input; for a dict or list its JSON with sorted keys.
        documents: the JSON values, one for a plain document, one a line for JSON lines.
        bad_lines: for JSON lines, what is wrong with each line that is no JSON, one text a line.
    """

    place: str
    raw: bytes
    documents: tuple[object, ...]
    bad_lines: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The hex SHA-256 of the bytes."""
        return hashlib.sha256(self.raw).hexdigest()


def read_source(source: object) -> Reading:
    """Read the JSON documents of a source.

    Raises:
        FindingReadError: no such file, a folder, or no text that holds JSON; says where and what to do.
    """
    place, raw = _bytes_of(source)
    content = _unpacked(raw, place)
    if not content.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise FindingReadError("it is empty", where=place, action=_AGAIN)
    decoded = _decoded(content, place)
    documents, bad_lines = _documents(decoded, place)
    return Reading(place, raw, documents, bad_lines)


def _bytes_of(source: object) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "the bytes given", source
    if isinstance(source, dict | list):
        return "the finding given", _canonical(source)
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        try:
            return "the text given", source.encode()
        except UnicodeEncodeError as error:
            raise FindingReadError(
                f"it holds half a character at position {error.start}", where="the text given", action=_AGAIN
            ) from None
    if isinstance(source, str | os.PathLike):
        return _file_bytes(os.fsdecode(source))
    raise FindingReadError(f"a finding cannot be read from a value of type {type(source).__name__}", action=GIVE)


def _canonical(source: object) -> bytes:
    try:
        return json.dumps(source, default=str, sort_keys=True).encode()
    except RecursionError:
        raise _too_deep("the finding given") from None
    except (TypeError, ValueError):
        raise FindingReadError(
            "it holds something that JSON cannot hold", where="the finding given", action=GIVE
        ) from None


def _file_bytes(name: str) -> tuple[str, bytes]:
    place = quoted(name, 200)[1:-1]
    path = Path(name)
    try:
        if name.strip() and path.is_dir():
            raise FindingReadError("it is a folder", where=place, action="give one file with the finding in it.")
        if not name.strip() or not path.is_file():
            raise FindingReadError(f"no such file: {quoted(name, 200)}", action=f"check the path, or {GIVE}")
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(place)
        return place, path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise FindingReadError(
            f"it cannot be read: {reason}", where=place, action="check the path and its permissions."
        ) from None


def _unpacked(raw: bytes, place: str) -> bytes:
    if not raw.startswith(b"\x1f\x8b"):
        if len(raw) > MAX_BYTES:
            raise _too_large(place)
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            content = packed.read(MAX_BYTES + 1)
    except EOFError:
        raise FindingReadError("the gzip data ends early", where=place, action=_AGAIN) from None
    except (OSError, zlib.error):
        raise FindingReadError("the gzip data is damaged", where=place, action=_AGAIN) from None
    if len(content) > MAX_BYTES:
        raise _too_large(place)
    return content


def _decoded(content: bytes, place: str) -> str:
    for magic, kind in _BINARY:
        if content.startswith(magic):
            raise FindingReadError(f"it is {kind}, not JSON", where=place, action=GIVE)
    encoding, skip = _encoding(content)
    try:
        decoded = content[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, skip + error.start) + 1
        raise FindingReadError(
            f"it is not {encoding.upper()} text: line {line}, byte {skip + error.start + 1} of the content",
            where=place,
            action=f"save it as UTF-8, or {GIVE}",
        ) from None
    if "\x00" in decoded:
        line = decoded.count("\n", 0, decoded.index("\x00")) + 1
        raise FindingReadError(f"it holds NUL bytes (first in line {line})", where=place, action=_AGAIN)
    return decoded


def _encoding(content: bytes) -> tuple[str, int]:
    """Name the encoding and the length of its mark; JSON begins with ASCII, so a zero byte tells UTF-16."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    head = content[:2]
    if len(head) == 2 and head[0] and not head[1]:
        return "utf-16-le", 0
    if len(head) == 2 and head[1] and not head[0]:
        return "utf-16-be", 0
    return "utf-8", 0


def _documents(decoded: str, place: str) -> tuple[tuple[object, ...], tuple[str, ...]]:
    try:
        return (json.loads(decoded),), ()
    except RecursionError:
        raise _too_deep(place) from None
    except json.JSONDecodeError as error:
        documents, bad_lines = _json_lines(decoded)
        documents = documents or _one_after_another(decoded)
        if not documents:
            raise _not_json(error, place) from None
        return documents, bad_lines
    except ValueError:
        raise FindingReadError("it holds a number of too many digits", where=place, action=_AGAIN) from None


def _json_lines(decoded: str) -> tuple[tuple[object, ...], tuple[str, ...]]:
    """Read JSON lines; no documents where no line is, by itself and from its first column, an object."""
    documents: list[object] = []
    bad_lines: list[str] = []
    for number, line in enumerate(decoded.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            bad_lines.append(f"line {number}, column {error.colno}: {error.msg}")
        except (ValueError, RecursionError):
            bad_lines.append(f"line {number}: too deep, or a number of too many digits")
        else:
            if line[0] in "{[" and value:
                documents.append(value)
            else:
                bad_lines.append(f"line {number}: no object")
    return (tuple(documents), tuple(bad_lines)) if documents else ((), ())


def _one_after_another(decoded: str) -> tuple[object, ...]:
    """Read indented documents that follow each other, as a loop of CLI calls writes; all or nothing."""
    documents: list[object] = []
    decoder = json.JSONDecoder()
    at = 0
    while at < len(decoded):
        start = _after_space(decoded, at)
        if start == len(decoded):
            break
        try:
            value, at = decoder.raw_decode(decoded, start)
        except (ValueError, RecursionError):
            return ()
        if not isinstance(value, dict | list):
            return ()
        documents.append(value)
    return tuple(documents)


def _after_space(decoded: str, at: int) -> int:
    found = _SPACE.match(decoded, at)
    return found.end() if found else at


def _not_json(error: json.JSONDecodeError, place: str) -> FindingReadError:
    at = f"line {error.lineno}, column {error.colno}"
    begin = error.doc.lstrip()
    if begin[:1] not in ("{", "["):
        return FindingReadError(f"it is not JSON: it begins with {quoted(begin, 20)} ({at})", where=place, action=GIVE)
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
        return FindingReadError(f"the JSON ends early ({at})", where=place, action=_AGAIN)
    return FindingReadError(
        f"it is not valid JSON: {error.msg} ({at})", where=place, action=f"mend that place, or {_AGAIN}"
    )


def _too_deep(place: str) -> FindingReadError:
    return FindingReadError("its JSON is nested too deeply to be a finding", where=place, action=GIVE)


def _too_large(place: str) -> FindingReadError:
    limit = MAX_BYTES // 1024 // 1024
    return FindingReadError(f"it is larger than {limit} MiB, too large for findings", where=place, action=GIVE)
