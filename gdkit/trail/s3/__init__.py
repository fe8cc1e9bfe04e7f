"""A trail's log files in a bucket: found by their layout, read many at once, and searched as they come.

::

    prefix ─→ layout ─→ listing ─→ estimate, limit ─→ contents ─→ trail.search ─→ kept
    as named   accounts,  by days     asks above it     obstore,    the same as     records that
               regions                                  cache       for files       match, and how far it is
"""

from gdkit.trail.s3.fetch import fetch_trail

__all__ = ["fetch_trail"]
