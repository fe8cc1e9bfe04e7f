"""The tables and objects of Security Lake: one table for each source and version, one object for each place and day."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from gdkit.simulator.athena.catalog import PARQUET_SERDE
from gdkit.simulator.athena.columns import arrow_type, hive_type
from gdkit.simulator.cloudtrail.delivered import records_in
from gdkit.simulator.securitylake.ocsf import ocsf_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gdkit.simulator.backend import Backend
    from gdkit.simulator.securitylake.ocsf import Version

_SOURCES = {"Management": "cloud_trail_mgmt", ("Data", "s3.amazonaws.com"): "s3_data",
            ("Data", "lambda.amazonaws.com"): "lambda_execution"}  # fmt: skip
_PRODUCT = "struct<name:string,vendor_name:string,version:string,feature:struct<name:string>>"
_COMMON = {
    "time": "bigint",
    "class_uid": "int",
    "class_name": "string",
    "status": "string",
    "cloud": "struct<provider:string,region:string>",
    "http_request": "struct<user_agent:string>",
    "src_endpoint": "struct<ip:string,domain:string,uid:string>",
    "dst_endpoint": "struct<svc_name:string>",
    "unmapped": "map<string,string>",
}
_FIRST = _COMMON | {
    "metadata": f"struct<uid:string,version:string,product:{_PRODUCT}>",
    "api": "struct<operation:string,version:string,service:struct<name:string>,request:struct<uid:string>,"
    "response:struct<error:string,message:string>>",
    "actor": "struct<user:struct<type:string,name:string,uid:string,uuid:string,account_uid:string,"
    "credential_uid:string>,session:struct<created_time:bigint,mfa:boolean,issuer:string>,invoked_by:string,"
    "idp:struct<name:string>>",
    "resources": "array<struct<uid:string,type:string,account_uid:string>>",
}
_SECOND = _COMMON | {
    "metadata": f"struct<uid:string,version:string,event_code:string,product:{_PRODUCT}>",
    "time_dt": "timestamp",
    "api": "struct<operation:string,version:string,service:struct<name:string>,"
    "request:struct<uid:string,data:string>,response:struct<error:string,message:string,data:string>>",
    "actor": "struct<user:struct<type:string,name:string,uid:string,uid_alt:string,account:struct<uid:string>,"
    "credential_uid:string>,session:struct<created_time_dt:timestamp,is_mfa:boolean,issuer:string>,invoked_by:string,"
    "idp:struct<name:string>>",
    "resources": "array<struct<uid:string,type:string,account:struct<uid:string>>>",
    "region": "string",
    "accountid": "string",
}
_COLUMNS: dict[Version, dict[str, str]] = {1: _FIRST, 2: _SECOND}
_KEYS = {"region": "string", "accountid": "string", "eventday": "string"}


def database_of(region: str) -> str:
    """Give the name of Security Lake's database of a region."""
    return f"amazon_security_lake_glue_db_{region.replace('-', '_')}"


def table_name(region: str, source: str, version: Version) -> str:
    """Give the name of the table of one source, such as ``cloud_trail_mgmt``."""
    return f"amazon_security_lake_table_{region.replace('-', '_')}_{source}_{version}_0"


class SecurityLake:
    """The data lake of one account and region.

    Args:
        backend: moto, with its S3 and Glue.
        account_id: the account that the lake is in.
        region: its region.
        version: of the sources: 1 has Hive partitions, 2 is of Iceberg.
    """

    def __init__(self, backend: Backend, account_id: str, region: str, version: Version = 2) -> None:
        self.region, self.version = region, version
        self.bucket = f"aws-security-data-lake-{region}-{account_id}"
        self._s3 = backend.client("s3", account_id, region)
        self._glue = backend.client("glue", account_id, region)
        _unless_there(lambda: self._s3.create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": region}))  # fmt: skip
        _unless_there(lambda: self._glue.create_database(DatabaseInput={"Name": database_of(region)}))
        for source in _SOURCES.values():
            self._create_table(source)

    def take_from(self, trail_bucket: str) -> int:
        """Write what a trail delivered into the lake, as if the lake had collected it; give how many events."""
        places: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
        for record in records_in(self._s3, trail_bucket):
            source = _SOURCES.get(record["eventCategory"]) or _SOURCES.get(
                (record["eventCategory"], record["eventSource"])
            )
            if source is not None:
                day = record["eventTime"][:10].replace("-", "")
                place = (source, record["awsRegion"], record["recipientAccountId"], day)
                places.setdefault(place, []).append(ocsf_event(record, self.version))
        for (source, region, account_id, day), events in places.items():
            folder = f"{self._folder(source)}region={region}/accountId={account_id}/eventDay={day}"
            self._s3.put_object(Bucket=self.bucket, Key=f"{folder}/events.gz.parquet", Body=self._parquet(events))
            if self.version == 1:
                self._add_partition(source, [region, account_id, day], folder)
        return sum(map(len, places.values()))

    def _folder(self, source: str) -> str:
        return f"aws/{source.upper()}/{self.version}.0/"

    def _parquet(self, events: Iterable[Mapping[str, Any]]) -> bytes:
        fields = [(name, arrow_type(hive_type(kind))) for name, kind in _COLUMNS[self.version].items()]
        rows = [{name: event.get(name) for name, _ in fields} for event in events]
        written = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), written, compression="zstd")
        return written.getvalue()

    def _storage(self, location: str) -> dict[str, Any]:
        columns = [{"Name": name, "Type": kind} for name, kind in _COLUMNS[self.version].items()]
        return {"Columns": columns, "Location": f"s3://{self.bucket}/{location}",
                "SerdeInfo": {"SerializationLibrary": PARQUET_SERDE}}  # fmt: skip

    def _create_table(self, source: str) -> None:
        keys = [{"Name": name, "Type": kind} for name, kind in _KEYS.items()] if self.version == 1 else []
        table = {
            "Name": table_name(self.region, source, self.version),
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"table_type": "ICEBERG"} if self.version == 2 else {"classification": "parquet"},
            "PartitionKeys": keys,
            "StorageDescriptor": self._storage(self._folder(source)),
        }
        _unless_there(lambda: self._glue.create_table(DatabaseName=database_of(self.region), TableInput=table))

    def _add_partition(self, source: str, values: list[str], location: str) -> None:
        partition = {"Values": values, "StorageDescriptor": self._storage(location)}
        name = table_name(self.region, source, self.version)
        _unless_there(lambda: self._glue.create_partition(DatabaseName=database_of(self.region), TableName=name,
                                                          PartitionInput=partition))  # fmt: skip


def _unless_there(make: Any) -> None:
    try:
        make()
    except ClientError as error:
        if not error.response["Error"]["Code"].endswith(("AlreadyExistsException", "BucketAlreadyOwnedByYou")):
            raise
