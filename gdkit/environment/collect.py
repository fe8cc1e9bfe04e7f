"""Asks AWS about everything around a leaked session, with calls that only read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.environment.addresses import instance_of, other_ways_out, own_addresses, unrouted_subnets
from gdkit.environment.collector import Collector, Question
from gdkit.environment.fleet import ask_fleet
from gdkit.environment.metadata import ask_metadata_use
from gdkit.environment.model import Environment
from gdkit.environment.network import ask_network
from gdkit.environment.watchers import ask_watchers
from gdkit.identifiers import parse_arn, parse_principal_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gdkit.aws.clients import ReadOnlyAws
    from gdkit.environment.model import OwnAddress
    from gdkit.model import Subject

_ATTRIBUTES = ("userData", "disableApiTermination", "disableApiStop", "instanceInitiatedShutdownBehavior")

_NEEDS = {
    "GetInstanceProfile": "InstanceProfile",
    "GetPolicy": "Policy",
    "GetPolicyVersion": "PolicyVersion",
    "GetRole": "Role",
    "GetRolePolicy": "PolicyDocument",
}


def collect_environment(
    aws: ReadOnlyAws,
    subject: Subject,
    *,
    account_id: str,
    region: str,
    regions: Sequence[str] = (),
    since: datetime | None = None,
) -> Environment:
    """Collect what AWS says of the session's instance, role, network and watchers.

    What cannot be read is in ``not_searched`` and stops nothing.

    Args:
        aws: the reader.
        subject: what the investigation is about.
        account_id: the account of the instance.
        region: the region of the instance.
        regions: where else instances with the same role are looked for; empty means every enabled region.
        since: from when on the use of the instance's metadata service is asked for, until now; None leaves it out.

    Raises:
        ParameterError: a region's form is wrong, or the account has no such region.
    """
    books = Collector(aws, account_id, region)
    _ask_instance(books, subject)
    _ask_metadata_use(books, subject, since)
    instance = instance_of(books.documents) or {}
    role_name = _ask_role(books, subject, instance)
    if role_name is not None:
        ask_fleet(books, role_name, regions)
    ask_network(books, instance, subject.finding.instance.vpc_ids if subject.finding else ())
    ask_watchers(books)
    from gdkit.origin.route import far_addresses, followed_routes, ways_of  # noqa: PLC0415 - it reads what stands here

    ways = ways_of(books.documents)
    books.warnings += other_ways_out(books.documents, followed_routes(ways))
    for subnet in unrouted_subnets(books.documents):
        books.missed(f"the ways out of subnet {subnet}", "its route table was not found; its owner may share it")
    return Environment(
        account_id=account_id,
        region=region,
        instance_id=subject.instance_id,
        role_name=role_name,
        documents=books.documents,
        not_searched=tuple(books.not_searched),
        warnings=tuple(books.warnings),
        own_addresses=_once((*own_addresses(books.documents), *far_addresses(ways))),
    )


def _once(found: Iterable[OwnAddress]) -> tuple[OwnAddress, ...]:
    """Give each address once; what is the instance's alone goes before."""
    once: dict[str, OwnAddress] = {}
    for own in found:
        once.setdefault(own.address, own)
    return tuple(once.values())


def _ask_instance(books: Collector, subject: Subject) -> None:
    instance_id = subject.instance_id
    if instance_id is None:
        books.missed("the instance", "what is investigated names no instance")
        return
    ids = {"InstanceIds": [instance_id]}
    found = books.list(Question("instance", "the instance", "ec2", "DescribeInstances", "Reservations", ids))
    if not found:
        books.warnings.append(
            f"Instance {instance_id} is not described: it is gone, or is in another account or region than "
            f"{books.account_id} and {books.region}."
        )
        return
    for attribute in _ATTRIBUTES:
        asked = {"InstanceId": instance_id, "Attribute": attribute}
        books.ask(
            Question(
                f"instance.{attribute}", f"{attribute} of the instance", "ec2", "DescribeInstanceAttribute", "", asked
            )
        )
    books.ask(Question("metadata_defaults", "the region's metadata defaults", "ec2", "GetInstanceMetadataDefaults"))


def _ask_metadata_use(books: Collector, subject: Subject, since: datetime | None) -> None:
    """Ask how the metadata service was used, also of an instance that is gone: CloudWatch keeps its figures."""
    if subject.instance_id is None:
        return
    if since is None:
        books.missed(f"use of the metadata service of {subject.instance_id}", "no beginning was named")
        return
    ask_metadata_use(books, subject.instance_id, start_at=since, end_at=datetime.now(UTC).replace(microsecond=0))


def _ask_role(books: Collector, subject: Subject, instance: Mapping[str, Any]) -> str | None:
    """Ask about the role behind the session; the profile's name is not the role's."""
    arn = parse_arn((instance.get("IamInstanceProfile") or {}).get("Arn"))
    in_profile = None
    if arn is not None:
        profile = arn.resource.rpartition("/")[2]
        question = _iam("instance_profile", f"instance profile {profile}", "GetInstanceProfile",
                        {"InstanceProfileName": profile})  # fmt: skip
        answer = books.ask(question)
        roles = answer["InstanceProfile"]["Roles"] if answer else []
        in_profile = str(roles[0]["RoleName"]) if roles else None
    reported = subject.finding.role_name if subject.finding else None
    if reported and in_profile and reported != in_profile:
        books.warnings.append(
            f"The instance now has role {in_profile}, but the finding names {reported}: its profile was replaced."
        )
    role_name = reported or in_profile
    if role_name is None:
        books.missed("the role", "neither the finding nor an instance profile names one")
        return None
    _ask_about_role(books, subject, role_name)
    return role_name


def _ask_about_role(books: Collector, subject: Subject, role_name: str) -> None:
    named = {"RoleName": role_name}
    answer = books.ask(_iam("role", f"role {role_name}", "GetRole", named))
    for policy in books.list(
        _iam("role.inline", f"inline policies of {role_name}", "ListRolePolicies", named, "PolicyNames")
    ):
        asked = {**named, "PolicyName": policy}
        books.ask(_iam(f"role.inline.{policy}", f"inline policy {policy} of {role_name}", "GetRolePolicy", asked))
    attached = _iam(
        "role.attached", f"attached policies of {role_name}", "ListAttachedRolePolicies", named, "AttachedPolicies"
    )
    arns = [str(policy["PolicyArn"]) for policy in books.list(attached)]
    if answer is None:
        return
    role = answer["Role"]
    boundary = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    for policy_arn in dict.fromkeys([*arns, *([boundary] if boundary else [])]):
        _ask_policy(books, policy_arn)
    principal = parse_principal_id(subject.principal_id)
    if principal is not None and role["RoleId"] != principal.unique_id:
        books.warnings.append(
            f"Role {role_name} has the id {role['RoleId']}, but the session is of {principal.unique_id}: a role of "
            "this name was made anew, or the session is another role's."
        )


def _ask_policy(books: Collector, policy_arn: str) -> None:
    named = {"PolicyArn": policy_arn}
    answer = books.ask(_iam(f"policy.{policy_arn}", f"policy {policy_arn}", "GetPolicy", named))
    if answer is not None:
        asked = {**named, "VersionId": answer["Policy"]["DefaultVersionId"]}
        name = f"policy.{policy_arn}.document"
        books.ask(_iam(name, f"the text of policy {policy_arn}", "GetPolicyVersion", asked))


def _iam(name: str, words: str, operation: str, parameters: Mapping[str, Any], key: str = "") -> Question:
    return Question(name, words, "iam", operation, key, parameters, needs=_NEEDS.get(operation, ""))
