"""Made-up parameters and results for any operation of botocore's models, and the requests that boto3 makes of them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore import xform_name
from botocore.config import Config

from gdkit.simulator.sessions import isolated_session
from gdkit.simulator.wire.models import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "abcXYZ019 -_.~%+/&=<>\"'é漢;:,?#@[]"
DEEPEST = 5
LATE = datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC)
_CONFIG = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, inject_host_prefix=False,
                 request_checksum_calculation="when_required")  # fmt: skip


class Sent(Exception):
    """The request is ready, and is not sent."""


def seeded(seed: object) -> Random:
    """Give chance that is the same in every run."""
    return Random(str(seed))  # noqa: S311 - made-up values


def client_of(service: str) -> Any:
    """Give a real client whose requests go nowhere."""
    session = isolated_session("AKIANOBODYNOBODYNOBO", "nobody", "token")
    config = _CONFIG.merge(Config(signature_version="s3v4")) if service == "s3" else _CONFIG
    return session.create_client(service, "eu-west-1", endpoint_url="http://127.0.0.1:9", config=config)


def request_of(client: Any, operation: str, parameters: dict[str, Any]) -> HttpRequest:
    """Let boto3 make the request of an operation."""
    made: list[Any] = []

    def keep(request: Any, **_: Any) -> None:
        made.append(request)
        raise Sent

    client.meta.events.register_first("before-send", keep, unique_id="keep")
    try:
        with suppress(Sent):
            getattr(client, xform_name(operation))(**parameters)
    finally:
        client.meta.events.unregister("before-send", unique_id="keep")
    request = made[0]
    parts = urlsplit(request.url)
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    headers = {name.lower(): value.decode() if isinstance(value, bytes) else str(value)
               for name, value in request.headers.items()}  # fmt: skip
    content = body.encode() if isinstance(body, str) else bytes(body)
    return HttpRequest(request.method, parts.path or "/", parts.query, headers, content, "127.0.0.1")


def value_of(shape: Any, random: Random, depth: int = 0) -> Any:
    """Make up a value of a shape."""
    kind, least = shape.type_name, shape.metadata.get("min", 0)
    if kind == "structure":
        return structure_of(shape, random, depth)
    if kind == "list":
        number = max(least, random.randint(1, 3))
        return [value_of(shape.member, random, depth + 1) for _ in range(number)]
    if kind == "map":
        return {value_of(shape.key, random, depth + 1): value_of(shape.value, random, depth + 1) for _ in "ab"}
    plain: dict[str, Callable[[], Any]] = {
        "string": lambda: random.choice(shape.enum) if shape.enum else text_of(random, least),
        "boolean": lambda: random.random() < 0.5,
        "timestamp": lambda: LATE + timedelta(seconds=random.randint(0, 10**6)),
        "blob": lambda: random.randbytes(5),
        "integer": lambda: max(int(least), random.choice((0, 1, 7))),
        "float": lambda: float(least) + 0.5,
    }
    return plain[{"long": "integer", "double": "float"}.get(kind, kind)]()


def structure_of(shape: Any, random: Random, depth: int = 0) -> dict[str, Any]:
    """Make up a structure, never an empty one: a form cannot carry that."""
    if getattr(shape, "is_document_type", False):
        return {"any": [1, None, {"thing": "é"}]}
    members = {name: member for name, member in shape.members.items() if _is_of_the_caller(shape, name, member)}
    wanted = [name for name, member in members.items()
              if name in shape.required_members or member.metadata.get("idempotencyToken")
              or (depth < DEEPEST and random.random() < 0.6)]  # fmt: skip
    if getattr(shape, "is_tagged_union", False):
        wanted = [random.choice(list(members))]
    chosen = wanted or list(members)[:1]
    return {name: value_of(members[name], random, depth + 1) for name in chosen}


def text_of(random: Random, shortest: int) -> str:
    """Make up a text of letters that a wire could spoil; none at its ends, where S3 and headers may cut blanks."""
    return "x" + "".join(random.choices(LETTERS, k=max(shortest, random.randint(0, 6)))) + "y"


def _is_of_the_caller(shape: Any, name: str, member: Any) -> bool:
    """Tell whether a member is a parameter: not the data of the body, nor what makes boto3 send events."""
    is_payload = shape.serialization.get("payload") == name
    return not (is_payload and member.type_name in ("blob", "string")) and not member.serialization.get("eventstream")
