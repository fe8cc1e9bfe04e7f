"""The machine that a client says it runs on: operating system and kernel, as an AWS SDK writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gdkit.analysis.clients import is_sdk, operating_system

_KERNEL = re.compile(r"(?:\bos/linux|\bLinux)[#/](\d+(?:\.\d+){1,2})([\w.+~-]*)", re.IGNORECASE)
_SANDBOX_KERNELS = frozenset({"4.4.0"})
"""Kernel releases that a sandbox on a host reports for itself. Source: gVisor documentation, FAQ, "4.4.0"."""

_DESKTOP = re.compile(r"microsoft-standard|linuxkit|orbstack|-kali|-parrot", re.IGNORECASE)
"""Kernels of desktops: WSL 2, Docker Desktop and OrbStack; and of distributions that are made for attacks.

Source: WSL's and LinuxKit's kernel builds name themselves so; GuardDuty User Guide, PenTest:IAMUser/KaliLinux.
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a user agent says of its machine; a claim, which can be forged.

    Attributes:
        system: Linux, Windows or macOS.
        kernel: version of a Linux kernel, its first three numbers: the SDKs write what follows in several ways.
        unlike_ec2: why hardly any EC2 instance runs it, in words; None where many do.
    """

    system: str
    kernel: str | None = None
    unlike_ec2: str | None = None


@lru_cache(maxsize=65_536)
def machine_of(user_agent: str) -> Machine | None:
    """Give the machine that a client of AWS names; None where it names none, or is no SDK or command line of AWS.

    A container shares the kernel of its host, so that the kernel tells hosts apart.

    >>> machine_of("Boto3/1.40.21 md/Botocore#1.40.21 os/linux#6.1.141-165.amzn2023.x86_64 lang/python#3.11.13").kernel
    '6.1.141'

    Source: botocore's and the other SDKs' user agents: ``os/<system>#<release>``, before 2023 ``<system>/<release>``.
    """
    if not is_sdk(user_agent):
        return None
    system = operating_system(user_agent)
    if system is None:
        return None
    found = _KERNEL.search(user_agent) if system == "Linux" else None
    kernel = found[1] if found and found[1] not in _SANDBOX_KERNELS else None
    return Machine(system, kernel, _unlike_ec2(system, found[2] if found else ""))


def _unlike_ec2(system: str, release: str) -> str | None:
    if system == "macOS":
        return "it runs on macOS, as few EC2 instances do"
    if mark := _DESKTOP.search(release):
        return f"its kernel ({mark[0].strip('-')}) is that of a desktop or of an attacker's distribution"
    return None
