"""What a session made that its own records do not lead on from, in words for the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


class _Kind(NamedTuple):
    """What calls of some names made, and where to look for its use."""

    event_source: str
    event_names: tuple[str, ...]
    made: str
    look: str


_KINDS = (
    _Kind("iam.amazonaws.com", ("CreateLoginProfile", "UpdateLoginProfile", "ChangePassword"), "set a password",
          "Unless it made the user, calls of that user are not among these events: look for the user's ConsoleLogin."),
    _Kind("iam.amazonaws.com", ("CreateServiceSpecificCredential", "ResetServiceSpecificCredential"),
          "made a credential for one service alone",
          "Unless it made the user, calls with it are not among these events: look for the user that it is for."),
    _Kind("iam.amazonaws.com", ("UploadSSHPublicKey", "UploadSigningCertificate"), "uploaded a key of its own",
          "Unless it made the user, calls with it are not among these events: look for the user that it is for."),
    _Kind("iam.amazonaws.com", ("UpdateAccessKey",), "switched an access key on or off",
          "Unless it made the key, calls with it are not among these events: look for the key that the call names."),
    _Kind("signin.amazonaws.com", ("AuthorizeOAuth2Access", "CreateOAuth2Token"), "signed in for the command line",
          "Calls with what that gave are not among these events: look for other keys of the same principal."),
    _Kind("signin.amazonaws.com", ("GetSigninToken",), "signed in to the console",
          "Roles switched to there without a record of AssumeRole are not among these events: look for SwitchRole."),
)  # fmt: skip
"""Source: IAM User Guide, "User passwords in AWS", "Service-specific credentials for IAM users", "Use IAM with
CodeCommit" and "Switch from a user to an IAM role (console)"; IAM API Reference for the names of the calls; AWS Managed
Policy Reference, SignInLocalDevelopmentAccess (``aws login``).
"""


def unfollowed(events: pd.DataFrame) -> Iterator[str]:
    """Say of each kind of credential that no key id leads to that the session made one, and what to look for.

    Args:
        events: ``tables.EVENTS`` of a session, and of what was chained from it.
    """
    done = events.loc[events["error_code"].isna(), ["event_source", "event_name"]]
    for kind in _KINDS:
        calls = done[(done["event_source"] == kind.event_source) & done["event_name"].isin(kind.event_names)]
        if len(calls):
            names = ", ".join(sorted(calls["event_name"].unique()))
            yield f"The session {kind.made} ({names}, {len(calls):,} call{'s'[: len(calls) > 1]}). {kind.look}"
