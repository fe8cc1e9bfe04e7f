"""How gdkit's own calls are told apart in CloudTrail."""

from __future__ import annotations

OWN_AGENT = "gdkit/"
"""What the user agent of every call of gdkit starts with; its version follows."""

SESSION_NAME = "gdkit"
"""The session name of every role that gdkit assumes."""


def made_by_gdkit(user_agent: object) -> bool:
    """Tell whether a user agent is gdkit's own.

    Anybody can write this user agent. So it sorts the calls of the investigator's own principal; it never clears a
    call that was made with a suspect's credentials.

    >>> made_by_gdkit("[gdkit/0.1.0 md/Botocore#1.44.5 ua/2.1]"), made_by_gdkit("Boto3/1.44.5 gdkit/0.1.0")
    (True, False)

    Source: CloudTrail User Guide, "CloudTrail record contents", userAgent; CloudTrail writes some agents in brackets.
    """
    return isinstance(user_agent, str) and user_agent.lstrip("[ ").startswith(OWN_AGENT)
