"""With which credentials, and where, gdkit reaches AWS: values, checked when they are made."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gdkit.errors import ParameterError
from gdkit.identifiers import is_account_id, parse_arn

REGION = re.compile(r"[a-z]{2,8}(?:-[a-z]{2,20}){1,3}-[0-9]{1,2}")
"""The form of a region's name; botocore puts it into host names, so nothing else may pass.

Source: AWS General Reference, "AWS Regions".
"""

_ROLE_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")
"""Source: IAM API Reference, Role, RoleName; a path before the name is allowed here as well."""


@dataclass(frozen=True, slots=True)
class AwsAccess:
    """Who gdkit is in AWS, and where it looks. An empty text leaves the choice to the usual AWS settings.

    Attributes:
        profile: profile of the shared config file.
        role_arn: role to assume first, before anything else is done.
        member_role: name of a role, path allowed, to assume in other accounts; empty means that none is reachable.
        region: the home region: where global questions are asked; from the settings, else us-east-1.
        regions: where to look; empty means every enabled region.
        responder_profile: profile of the one who may change things; empty means ``profile``.
        responder_role_arn: role that the responder assumes first; never that of the reader.
        responder_member_role: role that the responder assumes in other accounts; never that of the reader.
    """

    profile: str = ""
    role_arn: str = ""
    member_role: str = ""
    region: str = ""
    regions: tuple[str, ...] = ()
    responder_profile: str = ""
    responder_role_arn: str = ""
    responder_member_role: str = ""

    def __post_init__(self) -> None:
        """Check the form of every part.

        Raises:
            ParameterError: a part cannot be what it is named for.
        """
        for name in ("role_arn", "responder_role_arn"):
            _check_role_arn(name, getattr(self, name))
        for name in ("member_role", "responder_member_role"):
            _check_role_name(name, getattr(self, name))
        for region in (self.region, *self.regions):
            check_region(region) if region else None


def check_region(name: str) -> None:
    """Accept a text that has the form of a region's name.

    Raises:
        ParameterError: it has not.
    """
    if not REGION.fullmatch(name):
        raise ParameterError(f"{name[:60]!r} is no AWS region", where="region", action="write it like eu-west-1")


def _check_role_arn(name: str, text: str) -> None:
    arn = parse_arn(text)
    if text and not (
        arn
        and arn.service == "iam"
        and is_account_id(arn.account_id)
        and arn.resource.startswith("role/")
        and _is_role_name(arn.resource.removeprefix("role/"))
    ):
        raise ParameterError(
            f"{text[:120]!r} is no role's ARN", where=name, action="write it like arn:aws:iam::111122223333:role/name"
        )


def _check_role_name(name: str, text: str) -> None:
    if text and not _is_role_name(text):
        raise ParameterError(
            f"{text[:120]!r} is no role's name", where=name, action="give the name alone, the same in every account"
        )


def _is_role_name(text: str) -> bool:
    return all(_ROLE_NAME.fullmatch(part) for part in text.split("/"))
