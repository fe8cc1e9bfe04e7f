"""What the reader asks of Athena, Glue and CloudTrail Lake, each with a harmless call that tells whether it is allowed.

No statement here is ever run: it names a work group, or an event data store, that does not exist.
"""

from __future__ import annotations

from typing import TypeAlias

Row: TypeAlias = tuple[str, dict[str, str | int | bool]]

_NO_ID = "00000000-0000-0000-0000-000000000000"
_NAME = "gdkit-permission-probe"
_EXECUTION: dict[str, str | int | bool] = {"QueryExecutionId": _NO_ID}
_QUERY: dict[str, str | int | bool] = {"QueryId": _NO_ID}

QUERIES: tuple[Row, ...] = (
    ("athena:GetWorkGroup", {"WorkGroup": _NAME}),
    ("athena:StartQueryExecution", {"QueryString": "SELECT 1", "WorkGroup": _NAME}),
    ("athena:GetQueryExecution", _EXECUTION),
    ("athena:GetQueryResults", _EXECUTION),
    ("athena:StopQueryExecution", _EXECUTION),
    ("glue:GetDatabase", {"Name": _NAME}),
    ("glue:GetTable", {"DatabaseName": _NAME, "Name": _NAME}),
    ("glue:GetPartitions", {"DatabaseName": _NAME, "TableName": _NAME}),
    ("cloudtrail:GetEventDataStore", {"EventDataStore": _NO_ID}),
    ("cloudtrail:StartQuery", {"QueryStatement": "SELECT eventID FROM 00000000-0000-0000-0000-000000000000"}),
    ("cloudtrail:DescribeQuery", _QUERY),
    ("cloudtrail:GetQueryResults", _QUERY),
    ("cloudtrail:CancelQuery", _QUERY),
)
"""Actions, and the parameters of their probes.

Source: Service Authorization Reference, "Amazon Athena", "AWS Glue" and "AWS CloudTrail"; Athena reads the catalogue in
the name of the one who asks.
"""
