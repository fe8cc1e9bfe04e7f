"""An instance's metadata service: versions 1 and 2, and the role credentials that it hands out and renews.

Software on a simulated instance reaches it at ``/_imds/INSTANCE/``, which is what it sets as its metadata endpoint.

Source: Amazon EC2 User Guide, "Use the Instance Metadata Service" and "Retrieve security credentials".
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from gdkit.model import utc_text
from gdkit.simulator.wire.responses import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.simulator.clock import Clock
    from gdkit.simulator.iam.credentials import Issued
    from gdkit.simulator.wire.models import HttpRequest

LIFETIME = timedelta(hours=6)
"""How long an instance's credential lives. Source: write-ups; AWS gives no number."""

RENEWED_BEFORE_EXPIRY = timedelta(minutes=15)
"""How long before its end a credential is replaced; AWS promises five minutes at least."""

LONGEST_TOKEN_S = 21_600
_TOKEN_TTL = "x-aws-ec2-metadata-token-ttl-seconds"  # noqa: S105 - a header's name
_TOKEN = "x-aws-ec2-metadata-token"  # noqa: S105 - a header's name
_HOPS = "x-sim-hops"
_CREDENTIALS = "/latest/meta-data/iam/security-credentials"


@dataclass(frozen=True, slots=True)
class Host:
    """An instance as its metadata service knows it.

    Attributes:
        profile_role: name of the role in its instance profile; None without one.
        tokens: ``optional`` or ``required``.
        hop_limit: how many hops a token's answer may go; 1 is the instance itself, 2 a container on it.
    """

    account_id: str
    region: str
    instance_id: str
    profile_role: str | None
    endpoint: str
    tokens: str
    hop_limit: int
    private_address: str
    vpc_id: str
    image_id: str
    instance_type: str


class MetadataService:
    """Answers requests to the metadata endpoints of all instances.

    Args:
        host_of: gives an instance as it is now; None for one that does not run.
        issue: makes a role credential for an instance, delivered by "1.0" or "2.0", and records that it was made.
    """

    def __init__(self, clock: Clock, host_of: Callable[[str], Host | None],
                 issue: Callable[[Host, str, int], Issued], seed: int = 0) -> None:  # fmt: skip
        self._clock = clock
        self._host_of = host_of
        self._issue = issue
        self._random = Random(seed)  # noqa: S311 - tokens that open nothing
        self._tokens: dict[tuple[str, str], datetime] = {}
        self._current: dict[tuple[str, str, str], Issued] = {}
        self._lock = threading.RLock()
        self.without_token: dict[str, list[datetime]] = {}
        """When version 1 reads were answered, by instance: what MetadataNoToken counts."""
        self.rejected: dict[str, list[datetime]] = {}
        """When version 1 reads were refused, by instance: what MetadataNoTokenRejected counts."""

    def answer(self, instance_id: str, path: str, request: HttpRequest) -> HttpResponse | None:
        """Answer one request; None where the answer never arrives because it may not go that many hops."""
        with self._lock:
            host = self._host_of(instance_id)
            if host is None:
                return _plain(404, "no such instance runs")
            if host.endpoint != "enabled":
                return _plain(403, "Forbidden")
            if path == "/latest/api/token":
                return self._token(host, request)
            version = self._version(host, request)
            if version is None:
                if _TOKEN not in request.headers:
                    self.rejected.setdefault(instance_id, []).append(self._clock.now())
                return _plain(401, "Unauthorized")
            if version == "1.0":
                self.without_token.setdefault(instance_id, []).append(self._clock.now())
            return self._read(host, path.rstrip("/"), version)

    def _token(self, host: Host, request: HttpRequest) -> HttpResponse | None:
        if request.method != "PUT":
            return _plain(405, "Method Not Allowed")
        if "x-forwarded-for" in request.headers:
            return _plain(403, "Forbidden")
        text = request.headers.get(_TOKEN_TTL, "")
        if not text.isdecimal() or not 1 <= int(text) <= LONGEST_TOKEN_S:
            return _plain(400, "Bad Request")
        if int(request.headers.get(_HOPS, "1")) > host.hop_limit:
            return None
        token = f"AQAEA{self._random.getrandbits(200):050x}=="
        self._tokens[host.instance_id, token] = self._clock.now() + timedelta(seconds=int(text))
        return HttpResponse(200, (("Content-Type", "text/plain"), (_TOKEN_TTL, text)), token.encode())

    def _version(self, host: Host, request: HttpRequest) -> str | None:
        """Give the version that a read uses; None for one that is refused."""
        token = request.headers.get(_TOKEN)
        if token is None:
            return None if host.tokens == "required" else "1.0"
        until = self._tokens.get((host.instance_id, token))
        return "2.0" if until is not None and self._clock.now() < until else None

    def _read(self, host: Host, path: str, version: str) -> HttpResponse:
        if path == _CREDENTIALS and host.profile_role:
            return _plain(200, host.profile_role)
        if host.profile_role and path == f"{_CREDENTIALS}/{host.profile_role}":
            return _json(self._credential(host, version))
        texts = {
            "/latest/meta-data/instance-id": host.instance_id,
            "/latest/meta-data/local-ipv4": host.private_address,
            "/latest/meta-data/placement/region": host.region,
            "/latest/meta-data": "iam/\ninstance-id\nlocal-ipv4\nplacement/",
        }
        if path == "/latest/dynamic/instance-identity/document":
            return _json(_identity_document(host))
        return _plain(200, texts[path]) if path in texts else _plain(404, "Not Found")

    def _credential(self, host: Host, version: str) -> dict[str, Any]:
        """Give the credential in force: each version of the service hands out its own."""
        key = (host.instance_id, str(host.profile_role), version)
        held = self._current.get(key)
        if held is None or _end_of(held) - self._clock.now() <= RENEWED_BEFORE_EXPIRY:
            held = self._current[key] = self._issue(host, version, int(LIFETIME.total_seconds()))
        return {
            "Code": "Success",
            "LastUpdated": utc_text(held.principal.issued_at),
            "Type": "AWS-HMAC",
            "AccessKeyId": held.access_key_id,
            "SecretAccessKey": held.secret_access_key,
            "Token": held.session_token,
            "Expiration": utc_text(_end_of(held)),
        }


def _end_of(issued: Issued) -> datetime:
    if issued.principal.expires_at is None:
        raise ValueError("an instance's credential always expires")
    return issued.principal.expires_at


def _identity_document(host: Host) -> dict[str, str]:
    return {"accountId": host.account_id, "imageId": host.image_id, "instanceId": host.instance_id,
            "instanceType": host.instance_type, "privateIp": host.private_address, "region": host.region,
            "version": "2017-09-30"}  # fmt: skip


def _plain(status: int, text: str) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "text/plain"),), text.encode())


def _json(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(200, (("Content-Type", "application/json"),), json.dumps(document, indent=1).encode())
