"""What is odd about an accepted finding, one sentence each for the analyst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.findings.fields import JsonObject, quoted, text
from gdkit.identifiers import is_instance_id, parse_access_key_id, parse_principal_id

if TYPE_CHECKING:
    from gdkit.model import Finding


def oddities(finding: Finding, body: JsonObject, unread_times: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Name what the analyst should know before trusting the finding's fields.

    Args:
        finding: the finding as read.
        body: its canonical JSON.
        unread_times: fields that hold a time that could not be read.
    """
    found = [*_about_itself(finding, body), *_about_principal(finding), *_about_remote(finding)]
    found += [f"The time in {name} could not be read and is left out." for name in unread_times]
    return tuple(found)


def _about_itself(finding: Finding, body: JsonObject) -> list[str]:
    found = []
    if finding.sample:
        found.append("This is a sample finding that GuardDuty generated, not a real detection.")
    if finding.id.startswith("no-id-"):
        found.append("The finding carries no id; one was made of the hash of the input.")
    if finding.severity is None:
        label = text(body.get("severityLabel"))
        said = f"; the source only says {quoted(label)}" if label else ""
        found.append(f"The finding carries no severity number of GuardDuty{said}.")
    if finding.envelope_account_id:
        found.append(
            f"The event that carried the finding names account {quoted(finding.envelope_account_id)}, the finding "
            f"itself account {quoted(finding.account_id)}; the finding's is used."
        )
    return found


def _about_principal(finding: Finding) -> list[str]:
    if not finding.principal_id and not finding.access_key_id:
        return ["The finding names neither an access key nor a principal, so its session cannot be told from it."]
    found = []
    if _is_long_term(finding):
        found.append(
            "The finding names an IAM user or a long-term key; accepted; such keys are not an instance's role "
            "credentials, so check that the finding is genuine."
        )
    principal = parse_principal_id(finding.principal_id)
    if principal is None or finding.sample:
        return found
    in_details = finding.instance.instance_id
    if principal.instance_id is None:
        named = f"session name {quoted(principal.session_name)}" if principal.session_name else "principal id"
        found.append(f"The {named} holds no instance id, so the instance cannot be told from the session.")
    elif is_instance_id(in_details) and in_details and in_details.lower() != principal.instance_id.lower():
        found.append(
            f"The session was made for instance {quoted(principal.instance_id)}, but the finding describes instance "
            f"{quoted(in_details)}."
        )
    return found


def _is_long_term(finding: Finding) -> bool:
    key = parse_access_key_id(finding.access_key_id)
    if key is not None and key.kind == "long_term":
        return True
    return finding.user_type == "IAMUser" or (finding.principal_id or "").startswith("AIDA")


def _about_remote(finding: Finding) -> list[str]:
    if finding.remote.address or finding.remote.account_id:
        return []
    return ["The finding names neither a remote address nor a remote account, so nothing tells who made the call."]
