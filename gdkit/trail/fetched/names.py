"""Names of files for keys of objects: readable, below one folder whatever the key is, and never one for two keys."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from pathlib import Path

_AS_DELIVERED = re.compile(
    r"(?:(?:(?!awslogs/|cloudtrail/)[a-z0-9_-]{1,100}|AWSLogs|CloudTrail)/)*"
    r"[0-9]{12}_CloudTrail_[a-z0-9-]{1,40}_[0-9]{8}T[0-9]{4}Z_[A-Za-z0-9]{1,64}\.json\.gz"
)
"""Keys that stay as they are: CloudTrail's own, whose last part is drawn by lot.

Source: CloudTrail User Guide, "CloudTrail log file name format".
"""

_SAFE = " !#$&'()+,;=@[]{}^"
_LONGEST = 100
_CUT = quote("…")
_EMPTY = "%2F"
_MARK = "~"


def path_of(folder: Path, key: str, ending: str = "") -> Path:
    """Give where an object lies below a folder: under its key, and never where another object lies.

    A name that CloudTrail does not give is changed where it must be, and bears a hash of the whole key; so two names
    that differ in what a file system does not tell apart, in what was cut off, or in their ending lie apart.

    Args:
        folder: where it lies.
        key: of the object; anything.
        ending: of the file's name; the key's own if empty.

    >>> from pathlib import Path
    >>> path_of(Path("logs"), "AWSLogs/../x:y.json").as_posix()
    'logs/AWSLogs/%2E%2E/x%3Ay.json~0105a2a8405850d67462e76ec1e61c4b.json'
    """
    if _AS_DELIVERED.fullmatch(key):
        return folder / key
    *parts, name = key.split("/")
    mark = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return folder.joinpath(*map(_folder, parts), f"{_quoted(name)}{_MARK}{mark}{ending or ending_of(name)}")


def key_at(path: str) -> str:
    """Give the key of the object that lies at a path below the folder; of a name that was cut, as far as it is there.

    >>> key_at("AWSLogs/%2E%2E/x%3Ay.json~0105a2a8405850d67462e76ec1e61c4b.json")
    'AWSLogs/../x:y.json'
    """
    *parts, name = PurePath(path).parts
    return "/".join(unquote("" if part == _EMPTY else part) for part in (*parts, name.partition(_MARK)[0]))


def ending_of(name: str) -> str:
    """Give the ending by which a name promises a log file; empty where it does not."""
    return next((ending for ending in (".json.gz", ".json") if name.endswith(ending)), "")


def _folder(part: str) -> str:
    """Give the name of a folder; without a dot, so that none is the name of a file or leads upwards."""
    return _quoted(part).replace(".", "%2E") or _EMPTY


def _quoted(part: str) -> str:
    quoted = quote(part, safe=_SAFE, errors="surrogatepass").replace(_MARK, "%7E")
    return quoted if len(quoted) <= _LONGEST else f"{quoted[:_LONGEST]}{_CUT}"
