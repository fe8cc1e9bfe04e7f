"""What a client says of its machine, and whose network an address is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.analysis.clients import client_of
from gdkit.analysis.machines import Machine, machine_of
from gdkit.analysis.providers import in_strange_network, network_of

MAC = "it runs on macOS, as few EC2 instances do"


@pytest.mark.parametrize(
    ("client", "machine"),
    [
        ("Boto3/1.40 md/Botocore#1.40 ua/2.1 os/linux#6.1.141-165.amzn2023.x86_64 lang/python#3.11",
         Machine("Linux", "6.1.141")),
        ("aws-cli/1.18.147 Python/2.7.18 Linux/4.14.123-86.109.amzn1.x86_64 botocore/1.18.6",
         Machine("Linux", "4.14.123")),
        ("aws-sdk-java/1.12.3 Linux/5.10.0 OpenJDK", Machine("Linux", "5.10.0")),
        ("aws-cli/2.1 os/linux#4.4.0 lang/python#3.11", Machine("Linux")),
        ("aws-sdk-go/1.55.5 (go1.24.6; linux; amd64)", Machine("Linux")),
        ("aws-sdk-dotnet-coreclr/4.0.9.6 ua/2.1 os/linux#6.1.141.165 .NET_Core/8.0", Machine("Linux", "6.1.141")),
        ("windows-patch-report/1.2 aws-sdk-go/1.55.5 (go1.22; linux; amd64)", Machine("Linux")),
        ("mylinux/1 aws-sdk-go/1.55 (go1.22; windows; amd64) linux", None),
        ("aws-cli/2.31 os/windows#10 lang/python#3.13", Machine("Windows")),
        ("[aws-cli/1.18.136 Python/3.8.5 Darwin/19.5.0 botocore/1.17.59]", Machine("macOS", None, MAC)),
        ("Boto3/1.40 os/linux#5.15.167.4-microsoft-standard-WSL2",
         Machine("Linux", "5.15.167",
                 "its kernel (microsoft-standard) is that of a desktop or of an attacker's distribution")),
        ("aws-cli/2.31 os/linux#6.12.38-kali-amd64",
         Machine("Linux", "6.12.38", "its kernel (kali) is that of a desktop or of an attacker's "
                 "distribution")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", None),
        ("rclone/1.69 linux", None),
        ("", None),
    ],
)  # fmt: skip
def test_machine(client: str, machine: Machine | None) -> None:
    """System and kernel are read where an AWS client names them; a sandbox's kernel and a browser tell nothing."""
    assert machine_of(client) == machine


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("aws-cli/2.31 md/awscrt#0.27 os/linux#6.1 md/prompt#off md/command#sts.get-caller-identity m/E,b",
         "aws-cli/2.31 md/awscrt#0.27 os/linux#6.1 md/prompt#off md/command#ssm.start-session m/Z"),
        ("Boto3/1.40 md/Botocore#1.40 m/b,Z cfg/retry-mode#legacy Botocore/1.40 Resource",
         "Boto3/1.40 md/Botocore#1.40 m/b cfg/retry-mode#legacy Botocore/1.40"),
        ("aws-sdk-js/3.883 ua/2.1 os/linux#6.1 lang/js api/s3#3.883 m/E",
         "aws-sdk-js/3.883 ua/2.1 os/linux#6.1 lang/js api/sts#3.883"),
    ],
)  # fmt: skip
def test_same_client(one: str, other: str) -> None:
    """The command, the service and the features of a call do not make another client of it."""
    assert client_of(one) == client_of(other)


def test_other_client() -> None:
    """Another release of the kernel or of the language is another client."""
    assert client_of("Boto3/1.40 os/linux#6.1 lang/python#3.11") != client_of(
        "Boto3/1.40 os/linux#6.1 lang/python#3.13"
    )


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """No text makes the reading of clients, machines and networks fail, and no client becomes empty."""
    machine_of(text)
    network_of(text)
    assert bool(client_of(text)) == bool(text)


@pytest.mark.parametrize(
    ("address", "strange"),
    [("45.33.32.156", True), ("52.95.110.1", False), ("198.51.100.7", False), ("10.0.0.1", False), ("nonsense", False)],
)
def test_strange_network(address: str, strange: bool) -> None:
    """Another hosting provider's network is strange; Amazon's, an unknown and a reserved one are not."""
    assert in_strange_network(address) is strange
