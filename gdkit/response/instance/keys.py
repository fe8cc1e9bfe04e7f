"""KMS keys of snapshots: whose they are, and whether another account may use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gdkit.errors import AwsError, PolicyError
from gdkit.identifiers import parse_arn
from gdkit.policy import Principal, Request, decide, parse_policy
from gdkit.response.instance.host import asked

if TYPE_CHECKING:
    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Target

KEY_USE = ("kms:DescribeKey", "kms:Decrypt", "kms:CreateGrant", "kms:ReEncryptFrom")
"""What an account must be allowed on the key of a snapshot that is shared with it, to copy the snapshot.

Source: EBS User Guide, Share an Amazon EBS snapshot, "Share the KMS key used to encrypt a shared Amazon EBS snapshot".
"""


def owner_of(aws: ReadOnlyAws, target: Target, key: str) -> str:
    """Tell who manages a key: ``AWS`` or ``CUSTOMER``.

    Raises:
        AwsError: it could not be read.
    """
    return str(asked(aws, target, "kms", "DescribeKey", {"KeyId": key})["KeyMetadata"]["KeyManager"])


def may_use(aws: ReadOnlyAws, target: Target, key: str, account: str) -> tuple[bool | None, str]:
    """Tell whether a key's policy lets another account use a snapshot under it, and what was found.

    Grants are not looked at: they let in as well.
    """
    arn = parse_arn(key)
    if arn is not None and arn.account_id != target.account_id:
        return None, f"the key is of account {arn.account_id}; its policy is not this account's to read"
    try:
        text = asked(aws, target, "kms", "GetKeyPolicy", {"KeyId": key, "PolicyName": "default"})["Policy"]
        policy = parse_policy(json.loads(text), name="key policy", kind="resource")
    except (AwsError, PolicyError, ValueError) as error:
        return None, f"its policy could not be read: {error}"
    root = Principal("AWS", f"arn:{target.partition}:iam::{account}:root")
    context = {"kms:ViaService": f"ec2.{target.region}.amazonaws.com", "kms:CallerAccount": account,
               "kms:GrantIsForAWSResource": "true", "aws:PrincipalAccount": account}  # fmt: skip
    asked_for = (Request(action, key, context, root, target.account_id) for action in KEY_USE)
    missing = [one.action for one in asked_for if not decide(one, resource_policy=policy).allowed]
    if missing:
        return False, f"it does not allow {', '.join(missing)} to account {account}; add it to the key's policy"
    return True, f"it allows {', '.join(KEY_USE)}; the other account must allow its own people the same"
