"""The playbooks: sound as data, and in the right order."""

from __future__ import annotations

import pytest

from gdkit.response.catalogue import MODULES, STEPS
from gdkit.response.options import checked_options
from gdkit.response.playbooks import FACTS, playbook_for, playbooks

ENTRIES = [(name, entry) for name, playbook in playbooks().items() for entry in playbook.entries]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=lambda one: getattr(one, "name", one))
def test_entry(name: str, entry: object) -> None:
    """Each part is a step that exists or a task with words; its facts are known and its options are the step's own."""
    from gdkit.response.playbooks import Entry

    assert isinstance(entry, Entry)
    assert entry.why
    assert set(entry.needs) <= set(FACTS)
    if entry.task:
        assert entry.name not in MODULES
        return
    assert entry.name in MODULES, f"{name} names a step that does not exist"
    known = {option.name: option for option in STEPS[entry.name].options}
    for option, value in entry.options.items():
        assert not known[option].choices or value in known[option].choices


@pytest.mark.parametrize("name", ["malicious", "malicious-inside", "malicious-same-account"])
def test_order(name: str) -> None:
    """Deny first, evidence before the profile, revoke after the profile, the subnet after the instance, lift last."""
    entries = playbooks()[name].entries
    place = {entry.name: number for number, entry in reversed(list(enumerate(entries)))}
    assert place["deny-session"] < place["describe-instance"] < place["snapshot-volumes"] < place["instance-profile"]
    assert place["instance-profile"] < place["revoke-sessions"]
    assert place["isolate-instance"] < place["block-subnet"]
    assert place["capture-memory"] < place["isolate-instance"], "an isolated instance cannot send its memory"
    assert (entries[-1].name, entries[-1].undo) == ("deny-session", True)
    assert place["recovery"] < len(entries) - 1


@pytest.mark.parametrize(("verdict", "variant", "same_account", "name"), [
    ("benign", "OutsideAWS", False, "benign"),
    ("malicious", "OutsideAWS", False, "malicious"),
    ("malicious", "InsideAWS", False, "malicious-inside"),
    ("malicious", None, True, "malicious-same-account"),
    ("malicious", None, False, "malicious"),
    ("undetermined", "OutsideAWS", False, None),
])  # fmt: skip
def test_which(verdict: str, variant: str | None, same_account: bool, name: str | None) -> None:
    """The verdict and the finding's type choose the playbook; an undecided case has none."""
    found = playbook_for(verdict, variant, same_account=same_account)
    assert (found and found.name) == name


def test_options_of_every_step() -> None:
    """A step that is told nothing is refused only for want of a required option."""
    for step in STEPS.values():
        told = {option.name: option.choices[0] if option.choices else "x" for option in step.options if option.required}
        assert set(checked_options(step, told)) == {option.name for option in step.options}
