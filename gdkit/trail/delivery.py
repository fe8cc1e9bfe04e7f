"""How far the delivery of a log file may lie before and behind the calls in it.

CloudTrail stamps a file when it delivers it, typically within minutes of the call. Where the bucket refuses, it tries
again for 30 days.

Source: CloudTrail User Guide, "How CloudTrail works" (within an average of about 5 minutes, not guaranteed),
"CloudTrail log file name format", and "Amazon S3 bucket policy for CloudTrail" (files are delivered again for 30 days).
"""

from __future__ import annotations

from datetime import timedelta

EARLY = timedelta(minutes=10)
"""A file's stamp may lie so far before its calls: clocks differ."""

SOON = timedelta(hours=3)
"""A file on disk that was delivered later is searched only where it holds the day of such a call."""

LATE_DELIVERY = timedelta(days=1)
"""In AWS, log files are looked for up to so long after the asked span; what was delivered later is not looked for."""

REDELIVERY = timedelta(days=30)
"""On disk, log files are searched up to so long after the asked span."""
