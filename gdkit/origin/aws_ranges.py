"""AWS's own list of its address ranges: which service of AWS an address belongs to, where, and as of when."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from gdkit.errors import GdkitError
from gdkit.origin.ranges import RangeTable

AWS_RANGES_URL = "https://ip-ranges.amazonaws.com/ip-ranges.json"
"""Where AWS publishes the list. Source: Amazon VPC User Guide, "AWS IP address ranges"."""

MAX_BYTES = 20_000_000
"""The list has about 3 MB; what is larger than this is something else."""

_ACTION = f"download {AWS_RANGES_URL} anew and name that file"


@dataclass(frozen=True, slots=True)
class AwsPlace:
    """What AWS's list says of an address.

    Attributes:
        services: names of the service subsets that hold it, sorted, such as ``("AMAZON", "EC2")``. ``AMAZON`` holds
            all; ``EC2`` is where customers' machines have their addresses. Most services have no name of their own:
            CloudShell, Lambda or SageMaker stand as AMAZON or EC2.
        region: the region, or ``GLOBAL``.
        network_border_group: where AWS advertises it from: the region, a Local Zone, or ``GLOBAL``.
        network: the smallest range that holds it, CIDR text.
    """

    services: tuple[str, ...]
    region: str
    network_border_group: str
    network: str


class _Entry(NamedTuple):
    service: str
    region: str
    network_border_group: str
    network: str


@dataclass(frozen=True, slots=True)
class AwsRanges:
    """AWS's list of its address ranges.

    Attributes:
        published_at: when AWS published it, aware.
        sync_token: AWS's own mark of the publication.
        table: the ranges.
    """

    published_at: datetime
    sync_token: str
    table: RangeTable[_Entry]

    def find(self, address: str) -> AwsPlace | None:
        """Say what of AWS an address is; None where none of its ranges holds it, or the text is no address.

        An address of AWS's says nothing of whose account uses it.
        """
        entries = self.table.find(address)
        return _place(entries) if entries else None


def read_aws_ranges(path: str | Path) -> AwsRanges:
    """Read a copy of AWS's ``ip-ranges.json``, plain or gzipped.

    Raises:
        GdkitError: the file cannot be read, or is no such list.
    """
    return parse_aws_ranges(ranges_text(path), where=str(path))


def ranges_text(path: str | Path) -> bytes:
    """Give the bytes of a copy of the list, unzipped and unread, at most a little more than ``MAX_BYTES``.

    Raises:
        GdkitError: the file cannot be read.
    """
    path = Path(path).expanduser()
    try:
        with path.open("rb") as handle:
            zipped = handle.read(2) == b"\x1f\x8b"
            handle.seek(0)
            return (gzip.GzipFile(fileobj=handle) if zipped else handle).read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "damaged gzip"
        raise GdkitError(f"the file cannot be read ({reason})", where=str(path), action=_ACTION) from error


def parse_aws_ranges(content: bytes, *, where: str) -> AwsRanges:
    """Read the text of AWS's ``ip-ranges.json``.

    Args:
        content: the JSON text.
        where: its file or host, for errors.

    Raises:
        GdkitError: it is no such list, is cut off, or is larger than ``MAX_BYTES``.

    Source: Amazon VPC User Guide, "Syntax for AWS IP address range JSON": ``createDate`` is UTC.
    """
    try:
        if len(content) > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
        return _ranges(_json(content))
    except ValueError as error:
        problem = f"this is not AWS's list of address ranges: {error}"
        raise GdkitError(problem, where=where, action=_ACTION) from error


def _json(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON, or is cut off") from error
    if not isinstance(document, dict):
        raise ValueError("it is JSON of another form")
    return document


def _ranges(document: dict[str, Any]) -> AwsRanges:
    created, token = document.get("createDate"), document.get("syncToken")
    if not isinstance(created, str) or not isinstance(token, str):
        raise ValueError("it has no createDate and syncToken")
    try:
        published_at = datetime.strptime(created, "%Y-%m-%d-%H-%M-%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError("its createDate is no date") from error
    entries = [
        *_entries(document.get("prefixes"), "ip_prefix"),
        *_entries(document.get("ipv6_prefixes"), "ipv6_prefix"),
    ]
    if not entries:
        raise ValueError("it names no range")
    return AwsRanges(published_at, token, RangeTable.of((entry.network, entry) for entry in entries))


def _entries(rows: object, prefix: str) -> list[_Entry]:
    if not isinstance(rows, list):
        raise ValueError(f"it has no list of {prefix}")
    return [_entry(row, prefix, number) for number, row in enumerate(rows)]


def _entry(row: object, prefix: str, number: int) -> _Entry:
    """Take one entry; lists from before 2020 have no network border group, which then is the region."""
    fields = row if isinstance(row, dict) else {}
    region = fields.get("region")
    texts = (fields.get("service"), region, fields.get("network_border_group", region), fields.get(prefix))
    given = [text for text in texts if isinstance(text, str) and text]
    if len(given) < len(texts):
        raise ValueError(f"entry {number} of {prefix} lacks a field")
    return _Entry(*given)


def _place(entries: tuple[_Entry, ...]) -> AwsPlace:
    nearest = entries[0]
    services = tuple(sorted({entry.service for entry in entries}))
    return AwsPlace(services, nearest.region, nearest.network_border_group, nearest.network)
