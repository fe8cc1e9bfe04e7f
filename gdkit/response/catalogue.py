"""Every step, by its name. A step is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from gdkit.errors import ResponseError
from gdkit.response.step import Step

MODULES: Mapping[str, str] = {
    "suppression-rule": "trusted.suppression_rule",
    "archive-findings": "trusted.archive_findings",
    "findings-feedback": "trusted.findings_feedback",
    "deny-session": "credential.deny_session",
    "revoke-sessions": "credential.revoke_sessions",
    "deny-role": "credential.deny_role",
    "instance-profile": "credential.instance_profile",
    "pause-trust": "credential.pause_trust",
    "deny-chained-session": "credential.deny_chained_session",
    "disable-key": "grown.disable_key",
    "deny-user": "grown.deny_user",
    "deny-made-role": "grown.deny_made_role",
    "restore-trust": "grown.restore_trust",
    "detach-policy": "grown.detach_policy",
    "stop-function": "grown.stop_function",
    "disable-rule": "grown.disable_rule",
    "stop-instance": "grown.stop_instance",
    "revoke-ingress": "grown.revoke_ingress",
    "unshare-snapshot": "grown.unshare_snapshot",
    "unshare-image": "grown.unshare_image",
    "describe-instance": "instance.describe_instance",
    "protect-instance": "instance.protect_instance",
    "capture-memory": "instance.capture_memory",
    "detach-from-group": "instance.detach_from_group",
    "deregister-targets": "instance.deregister_targets",
    "snapshot-volumes": "instance.snapshot_volumes",
    "isolate-instance": "instance.isolate_instance",
    "block-subnet": "instance.block_subnet",
    "copy-snapshots": "instance.copy_snapshots",
    "require-imdsv2": "instance.require_imdsv2",
    "imds-defaults": "instance.imds_defaults",
}
"""Name of a step, and the module below ``gdkit.response`` that holds it as ``STEP``; in the order of a response."""


class _Catalogue(Mapping[str, Step]):
    """The steps, loaded one by one."""

    def __getitem__(self, name: str) -> Step:
        step: Step = import_module(f"gdkit.response.{MODULES[name]}").STEP
        return step

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


STEPS: Mapping[str, Step] = _Catalogue()
"""Every step, by its name."""


def step_named(name: str) -> Step:
    """Give a step.

    Raises:
        ResponseError: there is no such step.
    """
    if name not in MODULES:
        raise ResponseError(f"{name[:60]!r} is no step", action=f"choose one of {', '.join(MODULES)}")
    return STEPS[name]
