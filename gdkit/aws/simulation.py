"""The simulated account: every client is tied to it, and no credential of the real world is read."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from gdkit.errors import AwsCall, AwsError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws.access import AwsAccess

ENDPOINT_VARIABLE = "GDKIT_SIMULATOR"
"""Environment variable that holds the simulator's URL; that it is set at all ties everything to it."""

Actor = Literal["reader", "responder"]

_PREFIX: dict[Actor, str] = {"reader": "GDKIT_SIMULATOR_", "responder": "GDKIT_SIMULATOR_RESPONDER_"}
_LOOPBACK = re.compile(r"http://(?:127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[::1\]):[0-9]{1,5}/?")
"""No name, not even localhost: a name can be made to lead elsewhere. No user, no path: parsers differ about them."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """The simulator of this process, and one actor's key for it.

    Attributes:
        endpoint: its URL, without a slash at its end.
    """

    endpoint: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None

    def __repr__(self) -> str:
        """Show no secret."""
        return f"Simulation({self.endpoint!r}, {self.access_key_id!r})"


def in_simulation() -> bool:
    """Tell whether this process is tied to a simulated account."""
    return ENDPOINT_VARIABLE in os.environ


def read_simulation(access: AwsAccess, actor: Actor) -> Simulation | None:
    """Read from the environment whether AWS is simulated; None where it is the real one.

    Raises:
        ParameterError: the variable is set but holds no loopback URL, or the access names a profile.
        AwsError: the actor's key is missing; another one is never taken in its place.
    """
    if not in_simulation():
        return None
    endpoint = os.environ[ENDPOINT_VARIABLE].strip()
    if not _is_loopback(endpoint):
        raise ParameterError(
            "it holds no URL of this machine, so nothing is asked at all",
            where=ENDPOINT_VARIABLE,
            action="set it to the simulator's http://127.0.0.1:PORT, or unset it to reach the real AWS",
        )
    if access.profile or access.responder_profile:
        raise ParameterError(
            "a profile is named, but AWS is simulated and no real credential is read",
            where=ENDPOINT_VARIABLE,
            action="leave out the profile, or unset the variable to reach the real AWS",
        )
    prefix = _PREFIX[actor]
    key, secret = (os.environ.get(prefix + name, "").strip() for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
    if not key or not secret:
        raise AwsError(
            f"AWS is simulated, but the {actor}'s key for it is not set",
            call=AwsCall(),
            kind="credentials",
            action=f"set {prefix}ACCESS_KEY_ID and {prefix}SECRET_ACCESS_KEY, as the simulator printed them",
        )
    return Simulation(endpoint.rstrip("/"), key, secret, os.environ.get(prefix + "SESSION_TOKEN", "").strip() or None)


def ask_simulator(endpoint: str, switch: str, *, post: bool = False, timeout_s: float = 10.0) -> dict[str, Any] | None:
    """Ask a simulator of this machine one of its own switches, past every proxy.

    Args:
        endpoint: its URL.
        switch: name of the switch.
        post: whether something is to happen, rather than to be told.
        timeout_s: seconds to wait.

    Returns:
        What it told; None where nobody answers there, or nobody who knows the switch.
    """
    if not _is_loopback(endpoint):
        return None
    request = Request(f"{endpoint.rstrip('/')}/_sim/{switch}", method="POST" if post else "GET")  # noqa: S310 - loopback
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=timeout_s) as response:
            told = json.loads(response.read())
    except (OSError, ValueError):  # HTTPError is an OSError
        return None
    return told if isinstance(told, dict) else None


def enter_simulation(variables: Mapping[str, str]) -> None:
    """Tie this process, and those that it starts, to a simulated account; variables of other names are not taken."""
    os.environ.update({name: text for name, text in variables.items() if name.startswith(ENDPOINT_VARIABLE)})


def _is_loopback(endpoint: str) -> bool:
    if not _LOOPBACK.fullmatch(endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        return parts.port != 0 and ip_address(parts.hostname or "").is_loopback
    except ValueError:  # 127.300.0.1, port 99999
        return False


def isolated_session(simulation: Simulation, region: str, *, with_key: bool = True) -> Any:
    """Make a botocore session that reads no environment variable, no file and no metadata service."""
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES  # noqa: PLC0415
    from botocore.credentials import CredentialResolver  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415
    from botocore.tokens import TokenProviderChain  # noqa: PLC0415

    settings = {
        name: (None, None, default, convert)
        for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
        if name not in {"s3", "proxies_config"}
    }
    nowhere = (None, None, os.devnull, None)
    settings |= {"config_file": nowhere, "credentials_file": nowhere, "region": (None, None, region, None)}
    session = Session(session_vars=settings)
    session.register_component("credential_provider", CredentialResolver(providers=[]))
    session.register_component("token_provider", TokenProviderChain(providers=[]))
    if with_key:
        session.set_credentials(simulation.access_key_id, simulation.secret_access_key, simulation.session_token)
    return session


def tie_to(client: Any, endpoint: str) -> None:
    """Make a client send nothing to any other place than the simulator, whatever redirects or host rules say."""
    own = urlsplit(endpoint)

    def check(request: Any, **_: Any) -> None:
        target = urlsplit(request.url)
        if (target.scheme, target.netloc) != (own.scheme, own.netloc):
            raise AwsError(
                f"AWS is simulated, but the call would go to {target.hostname}, so it was not sent",
                call=AwsCall(client.meta.service_model.service_name, region=client.meta.region_name),
                kind="refused_here",
                action="report this: the service's host rules are not covered by the simulation",
            )

    client.meta.events.register_first("before-send", check)
