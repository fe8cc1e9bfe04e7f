"""A suppression rule for a trusted address: as narrow as can be, first counting, then archiving, with a last day."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from gdkit.errors import ResponseError
from gdkit.response.merge import reverted
from gdkit.response.step import Check, Explanation, Option, SideEffect, State, Step, Target, Undone
from gdkit.response.trusted import count, held, home, labels, narrow, rules
from gdkit.response.trusted.backtest import backtest, backtest_checks
from gdkit.response.trusted.breadth import too_broad
from gdkit.response.trusted.explain import HIDDEN_FROM, NETWORK_UNVERIFIED, TRUSTED_LIST
from gdkit.response.trusted.tried_first import tried_first

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gdkit.aws import ReadOnlyAws
    from gdkit.response.step import Action

_NAME = re.compile(r"[A-Za-z0-9._-]{3,64}", re.ASCII)
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def rule_name(target: Target) -> str:
    """Give the name of the rule: what was told, else one from the case, the address and the criteria.

    The same criteria give the same name, so that the rule that counted is the one that archives later.

    Raises:
        ResponseError: the name cannot be a filter's, or what was told cannot be.

    Source: GuardDuty API Reference, CreateFilter, name: 3 to 64 of letters, digits, ``.``, ``_``, ``-``.
    """
    name = target.options["name"]
    if not name:
        party = _NOT_IN_A_NAME.sub("-", target.options["address"] or target.options["remote-account"])
        criteria = json.dumps(narrow.narrow_criteria(target), sort_keys=True)
        name = f"gdkit-{target.case_id[:16]}-{party[:33]}-{hashlib.sha256(criteria.encode()).hexdigest()[:6]}"
    if not _NAME.fullmatch(name):
        raise ResponseError(f"{name[:80]!r} is no name of a filter", where="option name",
                            action="use 3 to 64 letters, digits, dots, hyphens, underscores")  # fmt: skip
    return name


def read(aws: ReadOnlyAws, target: Target) -> State:
    """Give the detector that is responsible, and the rule of this name in it.

    Raises:
        ResponseError: there is no detector, or the account is a member.
        AwsError: it could not be read.
    """
    name, place = rule_name(target), home.find_home(aws, target)
    known = name in rules.rule_names(aws, place)
    return {
        "account": place.account_id, "region": place.region, "detector": place.detector_id, "name": name,
        "rule": rules.rule_state(rules.raw_rule(aws, place, name)) if known else None,
    }  # fmt: skip


def want(target: Target, now: State) -> State:
    """Give the state with the rule as it was told.

    Raises:
        ResponseError: what was told cannot be, or another rule of this name stands there and may not be changed.
    """
    criteria, tags = narrow.narrow_criteria(target), labels.labels_of(target)
    broad = too_broad(criteria)
    if broad:
        raise ResponseError(f"the rule is too broad: {'; '.join(broad)}", where="step suppression-rule",
                            action="name the address, the role, and nothing wider")  # fmt: skip
    held_rule = now["rule"]
    rule = {
        "action": target.options["action"],
        "criteria": criteria,
        "description": f"Made by gdkit for case {target.case_id}. Ends {tags[labels.EXPIRES]}.",
        "tags": {**(held_rule["tags"] if held_rule else {}), **tags},
    }
    if held_rule and held_rule != rule and target.options["update"] != "yes":
        shown = json.dumps({name: held_rule[name] for name in ("action", "criteria", "description")}, sort_keys=True)
        raise ResponseError(f"a rule {now['name']} is there already, and it is another one: {shown[:600]}",
                            where="step suppression-rule",
                            action="add -o update=yes to change it, or -o name=NAME for a rule beside it")  # fmt: skip
    return {**now, "rule": rule}


def change(target: Target, now: State, wanted: State) -> Sequence[Action]:
    """Give the calls that make, change or delete the rule."""
    return rules.rule_calls(target, now, now["rule"], wanted["rule"])


def effects(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[SideEffect]:
    """Say what is hidden from whom."""
    role = target.options["role"] or str(target.role_name)
    party = narrow.trusted_party(target)
    what = f"new findings {target.finding_type} for role {role} of account {target.account_id} from {party}"
    said = [
        f"Archived at once: {what}. They do not reach {HIDDEN_FROM}; they can be seen as archived for 90 days"
        if target.options["action"] == "ARCHIVE"
        else f"Nothing is hidden: {what} are only counted (NOOP)"
    ]
    if now["rule"] and now["rule"] != wanted["rule"]:
        said.append(f"The rule {now['name']} was there before, with the action {now['rule']['action']}; it is changed")
    if narrow.is_network(target):
        said.append(f"Of the network {target.options['address']}: {NETWORK_UNVERIFIED}")
    said.append(f"The rule does not end by itself on {target.options['expires']}: nobody at AWS deletes it")
    return tuple(SideEffect(text, (role,)) for text in said)


def prove(aws: ReadOnlyAws, target: Target, now: State, wanted: State) -> Sequence[Check]:
    """Try the rule over the findings of 90 days, and see what was counted before it may archive.

    Raises:
        ResponseError: the detector has as many filters as it can.
        AwsError: it could not be read.
    """
    place = home.Home(now["account"], now["region"], now["detector"])
    if now["rule"] is None and len(rules.rule_names(aws, place)) >= rules.MOST_FILTERS:
        raise ResponseError(f"the detector has {rules.MOST_FILTERS} filters, which is the most", where=place.region,
                            action="delete one that is not needed: the audit of rules names those expired")  # fmt: skip
    findings = held.held_findings(aws, place, target.at)
    judged = held.judged_malicious(target, findings)
    test = backtest(wanted["rule"]["criteria"], findings, judged=judged, days=held.DAYS)
    checks = [*backtest_checks(test, target.finding_id)]
    if narrow.is_network(target):
        checks.append(Check("AWS takes the network for its addresses", None, NETWORK_UNVERIFIED))
    if wanted["rule"]["action"] == "ARCHIVE" and (now["rule"] or {}).get("action") != "ARCHIVE":
        checks.append(tried_first(aws, target, now, wanted, test))
    return tuple(checks)


def revert(target: Target, before: State, after: State, now: State) -> Undone:
    """Delete the rule that was made, only while nobody changed it; put a rule that was changed back as it was."""
    if before["rule"] is None and now["rule"] is not None and now["rule"] != after["rule"]:
        return Undone(now, (f"the rule {now['name']} was changed by somebody else since, and stays as it is",))
    if before["rule"] is not None and now["rule"] is None:
        return Undone(now, (f"the rule {now['name']} was deleted by somebody else since, and is not made again",))
    undone = reverted(*(_whole(state, lambda criteria: [criteria]) for state in (before, after, now)))
    return Undone(_whole(undone.state, lambda criteria: criteria[0]), undone.left)


def _whole(state: State, form: Callable[[Any], Any]) -> State:
    """Give a state with its rule's criteria in another form: in a list they are one value, never half of two."""
    rule = state["rule"]
    return state if rule is None else {**state, "rule": {**rule, "criteria": form(rule["criteria"])}}


STEP = Step(
    name="suppression-rule",
    title="Archive later findings of a trusted address by a narrow rule",
    phase="trusted address",
    hides=True,
    explanation=Explanation(
        what="Makes or changes one filter of the detector: the finding's type, one account, one role, one address. "
             "As NOOP it only counts; as ARCHIVE it archives each new finding that matches.",
        why="What was found to be benign need not wake anybody again. Run it as NOOP first and read what it counted; "
            "the back-test shows what it would have hidden in 90 days.",
        breaks=f"Findings that match do not reach {HIDDEN_FROM}, and start no malware scan.",
        leaves_open="A thief who works from the same address with the same role is hidden as well. Findings made "
                    "before the rule stay (archive-findings). The rule has a last day in its tags, and nobody at AWS "
                    f"keeps it: the audit of rules names the expired. {TRUSTED_LIST}",
        undo="Deletes the rule that was made, while it is unchanged; a rule that was changed gets its action, "
             "criteria, description and tags back. Findings archived meanwhile stay archived.",
        source="GuardDuty User Guide, Suppression rules and Suppression rule metrics; API Reference, CreateFilter",
    ),
    needs=(*home.NEEDS, *rules.READS, *held.NEEDS, *count.NEEDS, *rules.WRITES),
    options=(
        *narrow.OPTIONS,
        Option("action", "NOOP only counts; ARCHIVE hides.", "NOOP", ("NOOP", "ARCHIVE")),
        *labels.OPTIONS,
        Option("name", "Name of the rule; made from case and address where not told."),
        Option("update", "Whether a rule of this name that is there already is changed.", "no", ("yes", "no")),
        Option("malicious", "Ids of findings that were judged malicious in other cases, joined by commas."),
    ),
    read=read,
    want=want,
    change=change,
    effects=effects,
    prove=prove,
    revert=revert,
)  # fmt: skip
"""The step."""
