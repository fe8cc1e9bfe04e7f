"""botocore sessions that know nothing of the machine's own AWS configuration."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import botocore.loaders
import botocore.session
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

_NOWHERE = (None, None, os.devnull, None)
_NOTHING_OF_THE_MACHINE = {
    name: (None, None, default, convert)
    for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    if name not in {"s3", "proxies_config"}
} | {"config_file": _NOWHERE, "credentials_file": _NOWHERE}
"""Every setting with its default, and no variable or file that could change it."""


@cache
def api_loader() -> Any:
    """Give the one reader of botocore's API descriptions; it keeps what it read, which takes long to read."""
    return botocore.loaders.create_loader()


def isolated_session(access_key_id: str, secret_access_key: str, token: str | None = None) -> Any:
    """Give a session with these credentials that reads no profile, no file and no variable of the machine.

    Its credentials are one object with settable fields, so one client can call for several actors in turn.
    """
    session = botocore.session.Session(session_vars=_NOTHING_OF_THE_MACHINE)
    session.register_component("data_loader", api_loader())
    session.set_credentials(access_key_id, secret_access_key, token)
    return session
