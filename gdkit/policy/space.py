"""How much room a role's inline policies take, and how much there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_CHARACTERS = 10_240
"""What the inline policies of one role may take together. Source: IAM User Guide, "IAM and AWS STS quotas"."""

_TEXT_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|\s+', re.DOTALL)


def inline_space(policies: Mapping[str, str]) -> int:
    r"""Give the characters that inline policies take together.

    White space outside of the JSON texts is not counted. What stands inside of one is: AWS does not say whether it
    counts, and more room than there is would make a Deny fail at the worst time.

    Args:
        policies: the documents as they are written, by name; their names take no room.

    >>> inline_space({"a": '{ "Sid": "a b" }\n'})
    13

    Source: IAM User Guide, "IAM and AWS STS quotas": white space is not counted.
    """
    return sum(len(_TEXT_OR_SPACE.sub(lambda found: found.group(1) or "", text)) for text in policies.values())
