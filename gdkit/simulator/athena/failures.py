"""How a query of the simulated Athena fails, in Athena's own words.

Source: Athena User Guide, "Troubleshooting in Athena" and "Use dynamic ID partitioning"; Trino's error codes.
"""

from __future__ import annotations


class QueryFailedError(Exception):
    """The query ends in the state FAILED; the text is its StateChangeReason."""


class QueryCancelledError(Exception):
    """The query ends in the state CANCELLED; the text is its StateChangeReason."""


def no_table(database: str, name: str) -> QueryFailedError:
    """Say that there is no such table."""
    return QueryFailedError(f"TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{database}.{name}' does not exist")


def no_column(name: str) -> QueryFailedError:
    """Say that there is no such column, or none that the caller may see."""
    return QueryFailedError(f"COLUMN_NOT_FOUND: line 1:1: Column '{name}' cannot be resolved or requester is not "
                            "authorized to access requested resources")  # fmt: skip


def no_value(column: str) -> QueryFailedError:
    """Say that a query leaves open which values an injected partition column has."""
    return QueryFailedError(
        f"CONSTRAINT_VIOLATION: For the injected projected partition column {column}, the WHERE clause must contain "
        "only static equality conditions, and at least one such condition must be present."
    )


def no_permission(arn: str, action: str, resource: str) -> QueryFailedError:
    """Say that the one who asks may not read what the query needs."""
    if action.startswith("s3:"):
        return QueryFailedError(f"Permission denied on S3 path: s3://{resource.removeprefix('arn:aws:s3:::')}")
    return QueryFailedError(f"Insufficient permissions to execute the query. User: {arn} is not authorized to perform: "
                            f"{action} on resource: {resource}")  # fmt: skip


def bad_data(column: str, found: object) -> QueryFailedError:
    """Say that an object holds another type than the table says."""
    return QueryFailedError(f"HIVE_BAD_DATA: Error parsing a column in the table: field {column} holds "
                            f"{type(found).__name__}")  # fmt: skip


def bad_parquet(place: str, found: object) -> QueryFailedError:
    """Say that an object is no Parquet file, or that its columns are not those of the table."""
    told = str(found).partition("\n")[0]
    wrong = "Not valid Parquet file" if "magic bytes" in told else "Malformed Parquet file"
    return QueryFailedError(f"HIVE_BAD_DATA: {wrong}: s3://{place} {told}")


def inner_error(error: Exception) -> QueryFailedError:
    """Say that a query met what the simulated engine cannot read or work out; it must not look like an empty answer."""
    return QueryFailedError(f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}".partition("\n")[0])


def over_cutoff() -> QueryCancelledError:
    """Say that the query read more than its work group allows."""
    return QueryCancelledError("Query cancelled! : Bytes scanned limit was exceeded")
