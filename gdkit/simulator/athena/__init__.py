"""Athena in the simulated account: it runs the very text of a query over the simulated buckets.

::

    StartQueryExecution ─→ sqlglot: statement ─→ Glue table ─→ partitions that its WHERE leaves ─→ objects of these
                                    │                                                                    │
                                    └──────────────→ the same statement in DuckDB's dialect ←── Arrow tables
"""
