"""Whether a call reached an instance, or may have: by what was asked for and what is known of the instance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gdkit.analysis.metadata_options import asked_options, launch_options, options_before
from gdkit.analysis.request_text import items_of, member, names, text_member, texts_in, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gdkit.analysis.metadata_options import OptionChange

LeadKind = Literal[
    "command",
    "shell",
    "key",
    "password",
    "user_data",
    "metadata",
    "profile",
    "network",
    "deployment",
    "stop",
    "start",
    "launch",
]


@dataclass(frozen=True, slots=True)
class KnownInstance:
    """What is known of the instance beside the calls that name it; None and empty mean: not known.

    Attributes:
        tags: its tags, as AWS lists them; an empty mapping means that it has none.
        security_group_ids: its security groups.
        launched_at: when it was launched.
        session_ids: Session Manager sessions that events show to have been opened on it.
        association_ids: State Manager associations that events show to be its own.
        clusters: ECS clusters that its ECS agent belongs to; an empty text for one that is not named.
        takes_deployments: whether its CodeDeploy agent was seen.
        options: what set its metadata options, by time.
    """

    instance_id: str
    region: str | None = None
    tags: Mapping[str, str] | None = None
    security_group_ids: frozenset[str] = frozenset()
    launched_at: datetime | None = None
    session_ids: frozenset[str] = frozenset()
    association_ids: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    takes_deployments: bool = False
    options: tuple[OptionChange, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the events table holds it.

    Attributes:
        request: what was asked; None where the record does not show it whole.
        answer: AWS's answer; None likewise.
        written: the request's text as it stands.
        named: whether request or answer names the instance as what the call is about.
    """

    event_at: datetime | None
    request: dict[str, Any] | None
    answer: dict[str, Any] | None
    written: str | None
    named: bool


@dataclass(frozen=True, slots=True)
class Told:
    """That a call reached the instance, or may have.

    Attributes:
        direct: it names the instance, or what is known to be the instance's; False where it only may have reached it.
        detail: what the record shows beside, in words; empty where nothing.
        kind: what the call comes to, where that is another kind than its way's.
    """

    direct: bool
    detail: str = ""
    kind: LeadKind | None = None


def if_named(call: Call, _known: KnownInstance) -> Told | None:
    """Judge calls that are about one instance and name it."""
    return Told(True) if call.named else None


def by_target(call: Call, known: KnownInstance) -> Told | None:
    """Judge calls that name instances, or targets by tag.

    Source: Systems Manager API Reference, Target, SendCommand, StartAutomationExecution, CreateAssociation.
    """
    if call.named:
        return Told(True)
    if call.request is None:
        return (
            Told(False, "the record does not show the whole request, so not whom it was for") if call.written else None
        )
    wanted = [
        *items_of(call.request, "targets"),
        *(t for e in items_of(call.request, "entries") for t in items_of(e, "targets")),
    ]
    told = [_target(item, known) for item in wanted]
    if told and all(told):
        return Told(all(one.direct for one in told if one), "; ".join(one.detail for one in told if one))
    return None


def _target(item: object, known: KnownInstance) -> Told | None:
    key = text_member(item, "key") or ""
    values = [value for value in items_of(item, "values") if isinstance(value, str)]
    told = f"{key}={','.join(values)}"[:300]
    if key.lower().startswith("tag:"):
        if known.tags is None:
            return Told(False, f"for instances with {told}; whether this one has it is not known")
        return (
            Told(True, f"for instances with {told}, which this one has") if known.tags.get(key[4:]) in values else None
        )
    if "*" in values:
        return Told(False, f"for all instances ({told})")
    if key.lower() in {"instanceids", "parametervalues", ""}:
        return None
    return Told(False, f"for instances by {told}; whether this one is among them is not known")


def by_association(call: Call, known: KnownInstance) -> Told | None:
    """Judge calls about an association, which may name only its id."""
    asked = {*texts_in(member(call.request, "associationId")), *texts_in(member(call.request, "associationIds"))}
    return Told(True) if asked & known.association_ids else by_target(call, known)


def by_session(call: Call, known: KnownInstance) -> Told | None:
    """Judge calls about a Session Manager session, which name only its id."""
    session_id = text_member(call.request, "sessionId")
    return Told(True, f"session {session_id}") if session_id in known.session_ids else if_named(call, known)


def by_attribute(call: Call, _known: KnownInstance) -> Told | None:
    """Judge a changed attribute: user data runs at a start, groups open the network, no other gives credentials."""
    if not call.named:
        return None
    if call.request is None:
        return Told(True, "the record does not show which attribute")
    attribute = (text_member(call.request, "attribute") or "").lower()
    if member(call.request, "userData") is not None or attribute == "userdata":
        return Told(True, "the user data, which can run as a script at a start")
    groups = list(texts_in([member(call.request, "groupSet"), member(call.request, "groups")]))
    if groups or attribute == "groupset":
        return Told(True, f"its security groups: {', '.join(groups) or 'which ones is not shown'}", "network")
    return None


def by_options(call: Call, known: KnownInstance) -> Told | None:
    """Judge changed metadata options; what only closes the metadata service gives no way in."""
    if not call.named:
        return None
    options = asked_options(call.request, call.answer)
    if not options:
        return Told(True, "the record does not show which") if call.request is None else None
    before = options_before(known.options, call.event_at)
    parts = _weakened(options, before)
    return Told(True, "; ".join(parts)) if parts else None


def _weakened(options: object, before: OptionChange | None) -> list[str]:
    tokens, hops = text_member(options, "httpTokens"), whole_number(options, "httpPutResponseHopLimit")
    endpoint = text_member(options, "httpEndpoint")
    parts = []
    if tokens is not None and tokens.lower() != "required":
        note = " (lets IMDSv1 in)" if tokens.lower() == "optional" else ""
        parts.append(f"HttpTokens {_changed(before.tokens if before else None, tokens)}{note}")
    was = before.hop_limit if before else None
    if hops is not None and hops > (1 if was is None else was):
        parts.append(f"HttpPutResponseHopLimit {_changed(was, hops)}")
    had = before.endpoint if before else None
    opened = had == "disabled" or (had is None and (tokens or "").lower() != "required")
    if (endpoint or "").lower() == "enabled" and opened:
        parts.append(f"HttpEndpoint {_changed(had, endpoint)}")
    return parts


def _changed(before: object, after: object) -> str:
    return f"set to {after}, from an unknown value" if before is None else f"from {before} to {after}"


def by_defaults(call: Call, known: KnownInstance) -> Told | None:
    """Judge the region's defaults, which hold for later launches only."""
    if known.launched_at is not None and (call.event_at is None or call.event_at > known.launched_at):
        return None
    parts = _weakened(call.request or {}, None)
    if (text_member(call.request, "httpTokensEnforced") or "").lower() == "disabled":
        parts.append("HttpTokensEnforced to disabled")
    if not parts and call.request is not None:
        return None
    later = "before this one was launched" if known.launched_at else "when this one was launched is not known"
    return Told(False, f"{'; '.join(parts) or 'the record does not show which'}; for later launches, and {later}")


def by_launch(call: Call, known: KnownInstance) -> Told | None:
    """Judge launches: of this instance, and how it was made."""
    options = launch_options(call.request, call.answer, known.instance_id)
    if options is None:
        return None
    profile = text_member(call.request, "iamInstanceProfile", "name") or text_member(
        call.request, "iamInstanceProfile", "arn"
    )
    tokens = text_member(options, "httpTokens")
    return Told(True, "; ".join((
        "with user data" if member(call.request, "userData") is not None else "the request shows no user data",
        f"profile {profile}" if profile else "the request names no profile",
        f"HttpTokens {tokens}" if tokens else "metadata options not shown",
    )))  # fmt: skip


def by_group(call: Call, known: KnownInstance) -> Told | None:
    """Judge rules that open a security group: only of a group that is known to be the instance's."""
    group_id = text_member(call.request, "groupId")
    if group_id is None or group_id not in known.security_group_ids:
        return None
    rules = [*items_of(call.request, "ipPermissions"), call.request]
    told = [_rule(rule) for rule in rules if any(_ranges(rule))]
    return Told(True, f"{group_id}: {', '.join(told[:5]) or 'which rule is not shown'}")


def _ranges(rule: object) -> list[str]:
    found = [text_member(rule, "cidrIp"), text_member(rule, "cidrIpv6")]
    for lists, name in (("ipRanges", "cidrIp"), ("ipv6Ranges", "cidrIpv6"), ("groups", "groupId")):
        found += [text_member(item, name) for item in items_of(rule, lists)]
    return [text for text in found if text]


def _rule(rule: object) -> str:
    first, last = whole_number(rule, "fromPort"), whole_number(rule, "toPort")
    ports = "all ports" if first is None or first < 0 else f"port {first}" if first == last else f"ports {first}-{last}"
    return f"{ports} to {', '.join(_ranges(rule)[:5])}"


def by_deployment(call: Call, known: KnownInstance) -> Told | None:
    """Judge deployments: by tag, or by the instance's own CodeDeploy agent. Source: CodeDeploy API Reference."""
    if call.named:
        return Told(True)
    target = member(call.request, "targetInstances")
    filters = [
        *items_of(target, "tagFilters"),
        *(t for g in items_of(target, "ec2TagSet", "ec2TagSetList") for t in items_of(g)),
    ]
    tags = known.tags or {}
    if any(
        text_member(item, "key") in tags and tags[str(member(item, "key"))] == member(item, "value") for item in filters
    ):
        return Told(True, "for instances with a tag that this one has")
    group = text_member(call.request, "deploymentGroupName") or "not shown"
    return (
        Told(False, f"deployment group {group}; this instance takes deployments") if known.takes_deployments else None
    )


def by_container(call: Call, known: KnownInstance) -> Told | None:
    """Judge shells in containers: only of a cluster that the instance's ECS agent belongs to."""
    cluster = text_member(call.request, "cluster") or "default"
    mine = {name.rpartition("/")[2] for name in known.clusters}
    if not mine or (cluster.rpartition("/")[2] not in mine and "" not in mine):
        return None
    return Told(False, f"cluster {cluster}, which this instance serves; its containers may reach the metadata service")


def by_account(_call: Call, _known: KnownInstance) -> Told:
    """Judge calls that concern every instance of an account in a region."""
    return Told(False, "for the whole account and region")


def call_of(
    row: Mapping[str, Any], request: dict[str, Any] | None, answer: dict[str, Any] | None, instance_id: str
) -> Call:
    """Make a call of a row of ``tables.EVENTS`` and its request and answer as ``request_text.fields_of`` reads them."""
    written = row["request_parameters"]
    named = names(request, written, instance_id) or names(answer, row["response_elements"], instance_id)
    return Call(row["event_at"], request, answer, written, named)
