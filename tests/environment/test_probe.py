"""How a thing is asked for, held against botocore's models of the services, and how answers are read."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.validate import validate_parameters
from hypothesis import given
from hypothesis import strategies as st

from gdkit.analysis.impact.persistence_kinds import KINDS
from gdkit.aws.read_only import refusal
from gdkit.environment.persistence import PROBES
from gdkit.environment.probe import ANY_PARENT, ID, PARENT, Judged, Probe, Thing, is_gone, judge, parameters_of
from gdkit.environment.probes_services import NOT_ASKED
from gdkit.permissions import PERMISSIONS

MODELS = botocore.session.get_session()
LOADER = MODELS.get_component("data_loader")
UNSAID = ("ec2", "s3", "cloudformation", "sagemaker")
"""Services whose models name no errors."""


def thing(kind: str = "user", name: str = "one", parent: str = "parent") -> Thing:
    """Give a thing."""
    return Thing(kind, name, parent, "111122223333", "eu-west-1")


def _operation(probe: Probe) -> Any:
    return MODELS.get_service_model(probe.service).operation_model(probe.operation)


def _pages(probe: Probe) -> dict[str, Any]:
    try:
        return dict(LOADER.load_service_model(probe.service, "paginators-1")["pagination"].get(probe.operation, {}))
    except botocore.exceptions.UnknownServiceError:
        return {}


def _at(shape: Any, path: str) -> Any:
    """Give the shape at a path, through lists; None where a policy's text begins, which no model describes."""
    for name in path.split("."):
        while shape.type_name == "list":
            shape = shape.member
        if shape.type_name == "string":
            return None
        assert name in shape.members, f"no {name} in {shape.name}"
        shape = shape.members[name]
    return shape


@pytest.mark.parametrize("kind", PROBES)
def test_against_the_model(kind: str) -> None:
    """The call exists, only reads, takes the parameters, and its answer has every part that is read."""
    probe = PROBES[kind]
    operation = _operation(probe)
    parameters = parameters_of(probe, thing(kind, "a" * 40, "b" * 40))
    assert parameters is not None
    validate_parameters(parameters, operation.input_shape)
    assert refusal(probe.service, probe.operation, parameters) == ""
    answer = operation.output_shape
    for path in filter(None, (probe.needs, probe.members)):
        _at(answer, path)
    member = _at(answer, probe.members) if probe.members else answer
    while member is not None and member.type_name == "list":
        member = member.member
    for path in filter(None, (*probe.match, probe.tells, probe.holds)):
        assert member is None or _at(member, path) is not None
    if probe.members and not probe.needs and "NextToken" in answer.members:
        assert _pages(probe) or "MaxResults" in parameters, "a list whose pages are all read, or that has one"
    assert probe.members or probe.needs, "a cut answer must not count as a whole one"


@pytest.mark.parametrize("kind", PROBES)
def test_codes_of_what_is_gone(kind: str) -> None:
    """The codes that mean that there is no such thing are among the operation's own, where the model names them."""
    probe = PROBES[kind]
    if probe.service not in UNSAID:
        assert set(probe.gone) <= {error.error_code for error in _operation(probe).error_shapes}
    assert not any("Denied" in code or "Thrott" in code for code in probe.gone)


def test_every_kind() -> None:
    """Each kind of the persistence table is asked for, or is left out for a reason; no kind is made up here."""
    own = {"mfa_device_of_nobody", "role_session", "snapshot"}
    plain = {"apigateway_api", "bucket_notification", "bucket_public_access", "bucket_replication", "cognito_user",
             "sns_permission", "sns_subscription", "sqs_permission", "sso_permission_set", "state_machine"}  # fmt: skip
    assert set(KINDS) - set(PROBES) - set(NOT_ASKED) == plain
    assert (set(PROBES) | set(NOT_ASKED)) - set(KINDS) == own
    assert not set(PROBES) & set(NOT_ASKED)


def test_permissions() -> None:
    """Every call is in the table of permissions, and every permission of this step is for one of them."""
    listed = {(one.service, one.operation): one.needed_for for one in PERMISSIONS}
    asked = {(probe.service, probe.operation) for probe in PROBES.values()}
    assert asked <= set(listed)
    assert {call for call, step in listed.items() if step == "persistence"} <= asked


def test_no_call_for_a_secret() -> None:
    """Calls that answer with a secret or a presigned URL are none of the probes."""
    secret = {"GetFunction", "GetLayerVersion", "DescribeUserPoolClient", "GetPasswordData", "GetSecretValue",
              "GetApiKey", "ListApiKeys", "DescribeIdentityProvider", "GetInstanceAccessDetails"}  # fmt: skip
    assert not secret & {probe.operation for probe in PROBES.values()}


def test_parameters() -> None:
    """The thing's parts fill the places, deep ones too; a missing part stops it, unless it may be missing."""
    probe = Probe("x", "Y", {"A": ID, "B": [{"C": PARENT}], "D": ANY_PARENT, "E": 5})
    assert parameters_of(probe, thing()) == {"A": "one", "B": [{"C": "parent"}], "D": "parent", "E": 5}
    assert parameters_of(probe, thing(parent="")) is None
    assert parameters_of(probe, thing(name="")) is None
    assert parameters_of(Probe("x", "Y", {"A": ID, "D": ANY_PARENT}), thing(parent="")) == {"A": "one"}


@given(st.text(min_size=1), st.text(min_size=1))
def test_hostile_names(name: str, parent: str) -> None:
    """A name goes into the parameters as it is, whatever it looks like."""
    probe = Probe("x", "Y", {"A": ID, "B": {"C": [PARENT]}})
    assert parameters_of(probe, thing(name=name, parent=parent)) == {"A": name, "B": {"C": [parent]}}


LIST = Probe("x", "Y", {}, members="Rows.Things", match=("Id", "Arn"), tells="State.Name", ended=("dead",))


@pytest.mark.parametrize(("rows", "judged"), [
    ([{"Things": [{"Id": "two"}]}, {"Things": [{"Id": "one", "State": {"Name": "well"}}]}],
     Judged(True, "x Y answered: well.", status="well")),
    ([{"Things": [{"Arn": "one"}]}], Judged(True, "x Y answered with it.")),
    ([{"Things": [{"Id": "one", "State": {"Name": "dead"}}]}], Judged(False, "x Y answered: dead.", status="dead")),
    ([{"Things": [{"Id": "two"}]}], Judged(False, "x Y does not list it.")),
    ([], Judged(False, "x Y does not list it.")),
])  # fmt: skip
def test_lists(rows: list[dict[str, Any]], judged: Judged) -> None:
    """A thing that is listed exists unless its state says that it ended; one that is not listed does not."""
    assert judge(LIST, thing(), {"Rows": rows}) == judged


def test_texts() -> None:
    """A policy that is kept as text is read; one that cannot be read tells nothing."""
    probe = Probe("x", "Y", {}, needs="Policy", members="Policy.Statement", match=("Sid",))
    assert judge(probe, thing(), {"Policy": '{"Statement": {"Sid": "one"}}'}).exists is True
    assert judge(probe, thing(), {"Policy": '{"Statement": [{"Sid": "two"}]}'}).exists is False
    for text in ("{", "[" * 100_000):
        assert judge(probe, thing(), {"Policy": text}).exists is None


def test_changes_of_what_stays() -> None:
    """That a thing is there does not tell that a change of it still holds; that it is gone does tell."""
    probe = PROBES["instance_user_data"]
    for state, exists in (("running", None), ("terminated", False)):
        one = {"InstanceId": "one", "State": {"Name": state}}
        assert judge(probe, thing(), {"Reservations": [{"Instances": [one]}]}).exists is exists
    held = PROBES["secret_policy"]
    assert judge(held, thing(), {"ARN": "a"}).exists is False
    assert judge(held, thing(), {"ARN": "a", "ResourcePolicy": "{}"}).exists is None


def test_gone() -> None:
    """A code counts whole, or by its end where that is what is listed; some only with their words."""
    assert is_gone(PROBES["instance"], "InvalidInstanceID.NotFound", "")
    assert not is_gone(PROBES["instance"], "UnauthorizedOperation", "")
    assert not is_gone(PROBES["user"], "NoSuchEntityX", "")
    stack = PROBES["cloudformation_stack"]
    assert is_gone(stack, "ValidationError", "AWS refused it (ValidationError): Stack with id s does not exist")
    assert not is_gone(stack, "ValidationError", "AWS refused it (ValidationError): 1 validation error detected")
