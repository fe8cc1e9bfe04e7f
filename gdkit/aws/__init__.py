"""The only way to AWS: nothing else in gdkit makes a boto3 client.

::

    AwsAccess ─→ sessions (or simulation) ─→ clients ─→ ReadOnlyAws │ ResponderAws
    who and where   credentials, settings     one per      read_only lets nothing through that is not reading
                                              service,
                                              region and
                                              account
    response_only lets through what the step that is taken needs
    calls: ask a client, each failure as one AwsError (translate); regions: where to ask
"""

from __future__ import annotations

from gdkit.aws.access import AwsAccess
from gdkit.aws.calls import ask, need, perform, rows
from gdkit.aws.clients import ReadOnlyAws, ResponderAws, open_read_only, open_responder
from gdkit.aws.regions import Regions, find_regions

__all__ = [
    "AwsAccess",
    "ReadOnlyAws",
    "Regions",
    "ResponderAws",
    "ask",
    "find_regions",
    "need",
    "open_read_only",
    "open_responder",
    "perform",
    "rows",
]
