"""An archive of log files: their records kept so that one session is found without reading the rest.

::

    log files ─→ intake ─→ runs ─→ merged runs         manifest: files, hashes, what could not be read
                 once       sorted parts (Parquet)       │
                            and an index of names        │
    question ─→ index ─→ blocks of parts ─→ records ─→ the loader's own tables, with the archive's ledger
"""
