"""CloudTrail Lake: an event data store keeps each record whole, in ``eventJson``, beside columns to search by.

Source: CloudTrail User Guide, "Supported SQL schemas for event data stores", "CloudTrail Lake SQL constraints" (Trino's
SELECT alone, from the store's id) and "CloudTrail Lake queries" (bounds on eventTime limit what is scanned).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from gdkit.trail.query.names import Roles, names_asked
from gdkit.trail.query.partitions import one_of
from gdkit.trail.query.rendering import Rendering, Shown

if TYPE_CHECKING:
    from gdkit.trail.fetched.question import Question

_STORE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST = 10_000
"""Characters of a statement. Source: CloudTrail API Reference, StartQuery, QueryStatement."""


def lake_rendering(store_id: str) -> Rendering:
    """Say how a question is put to an event data store.

    Args:
        store_id: its id, the last part of its ARN; it stands in the statement without quotes.

    Raises:
        ValueError: it has not the form of an id.
    """
    if not _STORE.fullmatch(store_id):
        raise ValueError("an event data store's id has 8-4-4-4-12 hexadecimal digits")
    whole = _column("eventJson")
    roles = Roles(
        key=_column("userIdentity.accessKeyId"),
        principal=_column("userIdentity.principalId"),
        arn=_column("userIdentity.arn"),
        user=_column("userIdentity.userName"),
        address=_column("sourceIPAddress"),
        request=exp.func("json_extract", whole.copy(), exp.Literal.string("$.requestParameters"), dialect="trino"),
        texts=(whole,),
    )
    return Rendering(
        table=exp.Table(this=exp.to_identifier(store_id, quoted=True)),
        shown=(Shown("", whole, "record"),),
        named=partial(names_asked, roles),
        places=_places,
        dialect="trino",
        longest=LONGEST,
        bare=store_id,
    )


def _places(question: Question) -> list[exp.Expr]:
    since, until = (exp.Literal.string(f"{at:%Y-%m-%d %H:%M:%S}") for at in (question.since, question.until))
    asked = {"recipientAccountId": question.account_ids, "awsRegion": question.regions}
    return [exp.GTE(this=_column("eventTime"), expression=since), exp.LTE(this=_column("eventTime"), expression=until),
            *(one_of(_column(name), values) for name, values in asked.items() if values)]  # fmt: skip


def _column(path: str) -> exp.Expr:
    first, *rest = (exp.to_identifier(name) for name in path.split("."))
    return exp.Dot.build([exp.column(first), *rest]) if rest else exp.column(first)
