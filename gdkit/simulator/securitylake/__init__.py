"""Security Lake in the simulated account: CloudTrail records as OCSF, in Parquet objects with tables over them."""
