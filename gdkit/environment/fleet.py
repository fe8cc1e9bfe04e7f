"""The instances that hold the session's role, in every region of its account: a Deny on the role reaches them all.

Instance profiles are the whole account's, and what uses them is in one region: so every region is asked. A region that
the account has not enabled is not: nothing can be asked there.

Source: IAM User Guide, "Use instance profiles"; EC2 API Reference, DescribeInstances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws.parallel import in_parallel
from gdkit.aws.regions import find_regions
from gdkit.environment.addresses import instance_of
from gdkit.environment.collector import Collector, Question
from gdkit.errors import AwsError
from gdkit.model import NotSearched
from gdkit.trail.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gdkit.environment.model import Document

SIBLINGS = "siblings."
"""What the names of the documents begin with; the region follows."""


def ask_fleet(books: Collector, role_name: str, regions: Sequence[str] = ()) -> None:
    """Ask for every instance with the role.

    Args:
        books: where the answers go.
        role_name: the role.
        regions: where to look beside the environment's own region; empty means every enabled one.

    Raises:
        ParameterError: a region does not exist.
    """
    profiles = books.list(
        Question(
            "role.profiles",
            f"instance profiles of {role_name}",
            "iam",
            "ListInstanceProfilesForRole",
            "InstanceProfiles",
            {"RoleName": role_name},
        )
    )
    if not profiles:
        return
    holders = [{"Name": "iam-instance-profile.arn", "Values": [str(profile["Arn"]) for profile in profiles]}]

    def ask_in(region: str) -> Collector:
        own = Collector(books.aws, books.account_id, region)
        words = f"instances with role {role_name} in {region}"
        name = f"{SIBLINGS}{region}"
        own.ask(Question(name, words, "ec2", "DescribeInstances", "Reservations", {"Filters": holders}))
        return own

    for answered in in_parallel(ask_in, _regions(books, role_name, regions)):
        books.take(answered)


def fleet_rows(documents: Mapping[str, Document]) -> list[dict[str, Any]]:
    """Give the instances with the role, and the one that leaked, as the columns of ``tables.FLEET`` name them.

    Args:
        documents: those named ``instance`` and ``siblings.REGION``; a missing one gives no row and no error.

    Returns:
        Each instance once, the one that leaked first: ``instance_id``, ``name``, ``account_id``, ``region``,
        ``state``, ``profile_arn``, ``http_tokens``, ``hop_limit``, ``http_endpoint``, ``launched_at``. What AWS does
        not say is None.
    """
    found: dict[str, dict[str, Any]] = {}
    for document, instance in _instances(documents):
        found.setdefault(str(instance["InstanceId"]), _row(document, instance))
    return list(found.values())


def _regions(books: Collector, role_name: str, wanted: Sequence[str]) -> list[str]:
    """Give the regions to ask in, the environment's own first; those left out are in the ledger."""
    what = f"instances with role {role_name}"
    try:
        found = find_regions(books.aws, wanted, account_id=books.account_id)
    except AwsError as error:
        gap = NotSearched(f"{what} in other regions", f"the regions cannot be listed: {error.problem}", failed=True)
        books.not_searched.append(gap)
        return [books.region]
    left_out = [name for name in found.left_out if name != books.region]
    if left_out:
        books.missed(f"{what} in {', '.join(left_out)}", "these regions were not named")
    books.warnings += found.warnings
    return list(dict.fromkeys((books.region, *found.names)))


def _instances(documents: Mapping[str, Document]) -> Iterator[tuple[Document, Mapping[str, Any]]]:
    leaked = instance_of(documents)
    if leaked is not None:
        yield documents["instance"], leaked
    for name, document in documents.items():
        if name.startswith(SIBLINGS):
            for reservation in document.answer["Reservations"]:
                for instance in reservation.get("Instances", []):
                    yield document, instance


def _row(document: Document, instance: Mapping[str, Any]) -> dict[str, Any]:
    options = instance.get("MetadataOptions") or {}
    return {
        "instance_id": str(instance["InstanceId"]),
        "name": next((tag.get("Value") for tag in instance.get("Tags") or [] if tag.get("Key") == "Name"), None),
        "account_id": document.account_id,
        "region": document.region,
        "state": (instance.get("State") or {}).get("Name"),
        "profile_arn": (instance.get("IamInstanceProfile") or {}).get("Arn"),
        "http_tokens": options.get("HttpTokens"),
        "hop_limit": options.get("HttpPutResponseHopLimit"),
        "http_endpoint": options.get("HttpEndpoint"),
        "launched_at": parse_time(instance.get("LaunchTime")),
    }
