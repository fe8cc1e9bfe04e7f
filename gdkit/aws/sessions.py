"""Sessions: one set of credentials each, and the settings that every client gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws.simulation import isolated_session, tie_to
from gdkit.aws.translate import translating
from gdkit.errors import AwsCall
from gdkit.own_calls import OWN_AGENT, SESSION_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from gdkit.aws.simulation import Simulation

MOST_ATTEMPTS = 6
"""How often a call is made at most, when it is throttled or the service fails; waits grow between them."""

CONNECT_S, READ_S = 5, 30
"""Seconds to wait for a connection, and for an answer."""

DEFAULT_REGION = "us-east-1"
"""Home region where neither the caller nor the settings name one; where IAM's events are."""


def own_session(profile: str, region: str, simulation: Simulation | None) -> Any:
    """Make a session with the credentials that the settings, or the simulation, name.

    Raises:
        AwsError: the profile does not exist, or a file of settings is damaged.
    """
    from botocore.session import Session  # noqa: PLC0415 - importing the package must stay light

    if simulation is not None:
        region = region or DEFAULT_REGION
        return _boto3(isolated_session(simulation, region), region)
    with translating(AwsCall()):
        session = Session(profile=profile or None)
        return _boto3(session, region or session.get_config_variable("region") or DEFAULT_REGION)


def role_session(source: Any, role_arn: str, simulation: Simulation | None) -> Any:
    """Make a session of a role that another session assumes, and assumes again before its hour is over.

    Raises:
        AwsError: when its credentials are first asked for, and the role cannot be assumed.
    """
    from botocore.credentials import (  # noqa: PLC0415
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )
    from botocore.session import Session  # noqa: PLC0415

    if simulation is not None:
        session = isolated_session(simulation, source.region_name, with_key=False)
    else:
        known = source.profile_name in source.available_profiles
        session = Session(profile=source.profile_name if known else None)
    fetch = _role_credentials(source, role_arn, simulation)

    class Assumed(CredentialProvider):  # type: ignore[misc] # botocore has no types
        METHOD = CANONICAL_NAME = "gdkit-assume-role"

        def load(self) -> Any:
            return DeferredRefreshableCredentials(refresh_using=fetch, method=self.METHOD)

    session.register_component("credential_provider", CredentialResolver(providers=[Assumed()]))
    return _boto3(session, source.region_name)


def make_client(session: Any, service: str, region: str, simulation: Simulation | None) -> Any:
    """Make a client. A session serves one thread at a time: the caller holds the lock.

    Raises:
        AwsError: no such service, or no credentials.
    """
    with translating(AwsCall(service, region=region)):
        client = session.client(
            service,
            region_name=region,
            endpoint_url=simulation.endpoint if simulation else None,
            config=_config(simulated=simulation is not None),
        )
    if simulation is not None:
        tie_to(client, simulation.endpoint)
    return client


def _boto3(session: Any, region: str) -> Any:
    """Give boto3's session around botocore's, with gdkit's name; to be done once for each."""
    import boto3  # noqa: PLC0415

    from gdkit import __version__  # noqa: PLC0415

    session.user_agent_name, session.user_agent_version = OWN_AGENT.rstrip("/"), __version__
    return boto3.Session(botocore_session=session, region_name=region)


def _config(*, simulated: bool) -> Any:
    from botocore.config import Config  # noqa: PLC0415

    common = Config(
        retries={"mode": "adaptive", "total_max_attempts": MOST_ATTEMPTS},
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        max_pool_connections=16,
    )
    if not simulated:
        return common
    return common.merge(
        Config(
            s3={"addressing_style": "path"},
            proxies={},  # not even a proxy that the environment names
            ignore_configured_endpoint_urls=True,
            inject_host_prefix=False,
        )
    )


def _role_credentials(source: Any, role_arn: str, simulation: Simulation | None) -> Callable[[], dict[str, str]]:
    """Give a function that assumes the role anew each time it is called."""
    region, account_id = source.region_name, role_arn.split(":")[4]
    sts = make_client(source, "sts", region, simulation)  # made once: any thread may have to assume the role anew

    def fetch() -> dict[str, str]:
        with translating(AwsCall("sts", "AssumeRole", account_id, region), permission="sts:AssumeRole"):
            given = sts.assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME)["Credentials"]
            return {
                "access_key": given["AccessKeyId"],
                "secret_key": given["SecretAccessKey"],
                "token": given["SessionToken"],
                "expiry_time": given["Expiration"].isoformat(),
            }

    return fetch
