"""The file in which the simulated company's team keeps its own networks, as a real team would: ``networks.yaml``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_FILE = """\
# The networks of Example Corp, for whoever investigates. Keep it true: an entry that has expired does not count.
networks:
  - cidr: 192.0.2.128/25
    owner: Example Corp
    what: the head office's network, by which the VPN leaves
    contact: netops@example.com
    valid_until: {valid_until}
  - cidr: 198.51.100.224/28
    owner: Example Corp
    what: the branch office
    contact: netops@example.com
    valid_until: {valid_until}
accounts:
{accounts}
"""


def networks_yaml(account_ids: Iterable[str], at: datetime) -> str:
    """Write the company's ``networks.yaml``.

    Args:
        account_ids: accounts of its organisation.
        at: when it was last looked over.
    """
    names = sorted(account_ids)
    accounts = "\n".join(f'  - id: "{name}"\n    name: example-{number}' for number, name in enumerate(names, start=1))
    return _FILE.format(valid_until=(at + timedelta(days=365)).date().isoformat(), accounts=accounts)
