"""Changes that are made to a simulated account in an exercise: kept in a file, so that a lost account is made anew."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gdkit.case.files import write_error
from gdkit.simulator.cloudtrail.records import is_read
from gdkit.simulator.scenarios.stage import Actor, Route, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from gdkit.simulator.call import Call
    from gdkit.simulator.scenarios.stage import Key
    from gdkit.simulator.server import Simulator

CHANGES_FILE = "changes.jsonl"
"""In the case's folder of the exercise."""

_TIME, _BYTES = "__time__", "__bytes__"


class Changes:
    """Keeps every call that changed something, or that gave a credential for the next one.

    No secret and no token is kept: a credential is named by its key id.

    Args:
        path: the file, a line a call.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def watch(self, call: Call, record: dict[str, Any], actor: str | None) -> None:
        """Keep a call, if it is one; those that play the scenario are none."""
        gives_key = call.operation.startswith("AssumeRole")
        if actor or "errorCode" in record or (is_read(call.operation) and not gives_key):
            return
        told = (record.get("responseElements") or {}).get("credentials", {})
        line = {"at": call.at.isoformat(), "key": call.principal.access_key_id, "service": call.service,
                "operation": call.operation, "region": call.region, "address": call.source.address,
                "agent": call.source.user_agent, "parameters": _plain(call.parameters),
                "gave": told.get("accessKeyId", "")}  # fmt: skip
        try:
            with self._path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(line) + "\n")
        except OSError as error:
            raise write_error(self._path, error) from error

    def kept(self) -> list[dict[str, Any]]:
        """Give the calls that were kept, oldest first."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]


def make_again(simulator: Simulator, lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Make calls again that were kept, on the clock of then, and give those that failed, in words."""
    clock, renamed = simulator.accounts.clock, dict[str, str]()
    stage = Stage(simulator, 0, clock.now(), clock.now())
    failed = []
    for line in lines:
        key_id = renamed.get(line["key"], line["key"])
        issued = simulator.accounts.credentials.issued(key_id)
        if issued is None:
            failed.append(f"{line['operation']}: the credential that it was made with is unknown")
            continue
        clock.set(datetime.fromisoformat(line["at"]))
        key: Key = (issued.access_key_id, issued.secret_access_key, issued.session_token)
        actor = Actor("", line["agent"], lambda key=key: key, Route(line["address"]), line["region"])  # type: ignore[misc]
        code, told = stage.attempt(actor, line["service"], line["operation"], _values(line["parameters"]))
        if code:
            failed.append(f"{line['operation']}: {code}")
        elif line["gave"]:
            renamed[line["gave"]] = told["Credentials"]["AccessKeyId"]
    return failed


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _values(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_TIME}:
            return datetime.fromisoformat(value[_TIME])
        if value.keys() == {_BYTES}:
            return base64.b64decode(value[_BYTES])
        return {name: _values(inner) for name, inner in value.items()}
    return [_values(inner) for inner in value] if isinstance(value, list) else value
