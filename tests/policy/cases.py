"""Random cases for the comparison with a second opinion: policies, requests, accounts; the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit.policy import Principal, Request, decide, parse_policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from gdkit.policy import Decision

OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/path/web"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/web/i-0aaa"
USER = f"arn:aws:iam::{OWN}:user/alice"
SERVICE = "lambda.amazonaws.com"
INSTANCE = f"arn:aws:ec2:us-east-1:{OWN}:instance/i-0aaa"

RESOURCES = {
    "s3:GetObject": ["arn:aws:s3:::data/key", "arn:aws:s3:::data/AROAWEB:i-0aaa/x", "arn:aws:s3:::logs/a?b"],
    "s3:PutObject": ["arn:aws:s3:::data/key", "arn:aws:s3:::data/blue/x"],
    "sqs:SendMessage": [f"arn:aws:sqs:us-east-1:{OWN}:queue", f"arn:aws:sqs:eu-west-1:{OWN}:queue-blue"],
    "secretsmanager:GetSecretValue": [f"arn:aws:secretsmanager:us-east-1:{OWN}:secret:db-AbCdEf"],
    "lambda:InvokeFunction": [f"arn:aws:lambda:us-east-1:{OWN}:function:job"],
    "ec2:StopInstances": [INSTANCE],
    "iam:ListRoles": ["*"],
    "sts:AssumeRole": [f"arn:aws:iam::{OWN}:role/next"],
}
WITH_RESOURCE_POLICY = ("s3:GetObject", "s3:PutObject", "sqs:SendMessage", "secretsmanager:GetSecretValue")
ACTION_PATTERNS = [
    "*",
    "s3:*",
    "S3:get*",
    "s3:?etObject",
    "sqs:*",
    "ec2:Stop*",
    "iam:List*",
    "sts:*",
    "secretsmanager:*",
]
RESOURCE_PATTERNS = [
    "*", "*", "*", "*", "*", "*", "arn:aws:s3:::*", "arn:aws:s3:::data/*", "arn:aws:s3:::data/k?y",
    "arn:aws:s3:::logs/a${?}b", "arn:aws:s3:::data/${aws:userid}/*", "arn:aws:s3:::data/${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::data/${aws:PrincipalTag/team, 'blue'}/*", "arn:aws:sqs:*:*:queue*", "arn:aws:sqs:us-*-1:*:queue",
    "arn:aws:sqs:us-east-1:11112222????:queue", f"arn:aws:ec2:*:{OWN}:instance/*", f"arn:aws:iam::{OWN}:role/*",
    f"arn:aws:secretsmanager:*:{OWN}:secret:db-*", "arn:aws:lambda:*:*:function:*",
]  # fmt: skip

_DATES = ["2026-11-23T09:59:59Z", "2026-11-23T10:00:00Z", "2026-11-23T10:00:01Z", "2026-11-23T11:00:00+01:00"]
_EPOCH = "1795428000"
_IDS = ["AROAWEB:i-0aaa", "AROAWEB:i-0bbb", "AROAOTHER:i-0aaa"]
_BLOBS = ["QUJD", "REVG"]
_VIA = ["athena.amazonaws.com", "cloudformation.amazonaws.com", "dynamodb.amazonaws.com"]

CONTEXT: dict[str, list[Any]] = {
    "aws:userid": _IDS,
    "aws:PrincipalArn": [ROLE, f"arn:aws:iam::{OWN}:role/other"],
    "aws:TokenIssueTime": [*_DATES * 5, _EPOCH],
    "aws:SourceIp": ["203.0.113.7", "198.51.100.9", "10.0.1.5", "2001:db8::7"],
    "aws:SourceVpc": ["vpc-1", "vpc-2", "VPC-1"],
    "aws:Ec2InstanceSourceVpc": ["vpc-1", "vpc-2"],
    "ec2:SourceInstanceARN": [INSTANCE, INSTANCE.replace("aaa", "bbb")],
    "aws:ViaAWSService": ["true", "false"],
    "aws:SecureTransport": ["true", "false"],
    "aws:MultiFactorAuthAge": ["100", "300", "300.5", "1000"],
    "aws:PrincipalTag/team": ["blue", "red", "b*"],
    "aws:PrincipalTag/blob": _BLOBS,
    "aws:CalledVia": [[via] for via in _VIA] + [_VIA[:2], _VIA[1:], _VIA, [""]],
}
STRINGS = {
    "aws:userid": [*_IDS, "AROAWEB:*", "*:i-0aaa", "AROA?EB:i-0aaa", "arow*"],
    "aws:SourceVpc": ["vpc-1", "vpc-?", "${aws:Ec2InstanceSourceVpc}", "${aws:ec2instancesourcevpc, 'vpc-1'}"],
    "aws:PrincipalTag/team": ["blue", "BLUE", "b*", "b${*}", "${aws:PrincipalTag/team}", "${aws:CalledVia}"],
    "aws:CalledVia": [*_VIA, "*.amazonaws.com", "ath*"],
}  # fmt: skip
ARNS = {
    "aws:PrincipalArn": [
        ROLE, f"arn:aws:iam::{OWN}:role/*", "arn:aws:iam::*:role/path/w?b", f"arn:aws:*::{OWN}:role/other",
    ],
    "ec2:SourceInstanceARN": [INSTANCE, f"arn:aws:ec2:*:{OWN}:instance/i-0a*", "arn:aws:ec2:us-*:*:instance/i-0bbb"],
}  # fmt: skip
NETWORKS = [
    "203.0.113.0/24",
    "203.0.113.7/32",
    "10.0.0.0/8",
    "2001:db8::/32",
    "198.51.100.9",
    "0.0.0.0/0",
    "128.0.0.0/1",
    "198.51.100.0/25",
]
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
STRING_OPERATORS = ["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"]
PRINCIPALS: list[Any] = [
    "*", {"AWS": "*"}, {"AWS": OWN}, {"AWS": f"arn:aws:iam::{OWN}:root"}, {"AWS": OTHER}, {"AWS": ROLE},
    {"AWS": SESSION}, {"AWS": USER}, {"AWS": [USER, SESSION]}, {"AWS": SESSION.replace("aaa", "bbb")},
    {"Service": SERVICE}, {"AWS": [OTHER], "Service": SERVICE},
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One question to both sides; documents are still JSON objects."""

    principal: Principal
    action: str
    resource: str
    resource_account_id: str
    context: dict[str, Any]
    identity: list[Any] = field(default_factory=list)
    boundary: Any = None
    session: Any = None
    resource_policy: Any = None
    scps: list[list[Any]] = field(default_factory=list)

    def documents(self) -> list[Any]:
        """Give every policy document of the case."""
        single = [document for document in (self.boundary, self.session, self.resource_policy) if document]
        return [*self.identity, *single, *(document for level in self.scps for document in level)]

    def statements(self) -> list[Any]:
        """Give every statement of the case."""
        return [statement for document in self.documents() for statement in document["Statement"]]

    def request(self) -> Request:
        """Give the request as gdkit takes it."""
        return Request(self.action, self.resource, self.context, self.principal, self.resource_account_id)

    def decide(self) -> Decision:
        """Give gdkit's decision."""

        def parsed(documents: Sequence[Any]) -> list[Any]:
            return [parse_policy(document, name=f"p{index}") for index, document in enumerate(documents)]

        return decide(
            self.request(),
            identity=parsed(self.identity),
            boundary=parse_policy(self.boundary, name="boundary") if self.boundary else None,
            session=parsed([self.session] if self.session else []),
            resource_policy=parse_policy(self.resource_policy, name="r", kind="resource")
            if self.resource_policy
            else None,
            scps=[parsed(level) for level in self.scps],
        )

    def asked(self) -> dict[str, Any]:
        """Give the case as the second opinion takes it."""
        anonymous = self.principal.kind == "Anonymous"
        row = {name: getattr(self, name) for name in Case.__slots__ if name != "principal"}
        return row | {"principal": {"type": "Anonymous"} if anonymous else self.principal.name}


class Maker:
    """Makes random cases.

    Args:
        random: where every choice comes from.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._one = random.choice

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _some(self, values: Sequence[Any]) -> Any:
        """Give one value, or now and then a list of two."""
        return self._random.sample(values, 2) if self._chance(0.25) else self._one(values)

    def case(self) -> Case:
        """Make a case: of an identity alone, of a resource with a policy, of a role with a trust policy."""
        form = self._one(["identity", "identity", "resource", "trust"])
        action = {
            "identity": self._one(list(RESOURCES)),
            "resource": self._one(WITH_RESOURCE_POLICY),
            "trust": "sts:AssumeRole",
        }[form]
        principal = Principal("AWS", self._one([SESSION, SESSION, USER]))
        if form != "identity" and self._chance(0.15):
            principal = Principal("Service", SERVICE)
        elif form == "resource" and action.startswith("s3:") and self._chance(0.15):
            principal = Principal("Anonymous")
        aws = principal.kind == "AWS"
        return Case(
            principal=principal,
            action=action,
            resource=self._one(RESOURCES[action]),
            resource_account_id=OTHER if form != "identity" and self._chance(0.3) else OWN,
            context={key: self._one(values) for key, values in CONTEXT.items() if self._chance(0.65)},
            identity=self._identity() if aws else [],
            boundary=self._document(0.8) if aws and self._chance(0.25) else None,
            session=self._document(0.8) if principal.name == SESSION and self._chance(0.25) else None,
            resource_policy=self._document(0.7, principals=True, trust=form == "trust") if form != "identity" else None,
            scps=self._levels() if aws and self._chance(0.25) else [],
        )

    def _identity(self) -> list[Any]:
        allow_all = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        base = [{"Version": "2012-10-17", "Statement": [allow_all]}] if self._chance(0.6) else []
        return base + [self._document(0.4) for _ in range(self._one([0, 1, 1, 2]))]

    def _levels(self) -> list[list[Any]]:
        return [[self._document(0.9, broad=True) for _ in range(self._one([1, 2]))] for _ in range(self._one([1, 2]))]

    def _document(
        self, allow: float, *, principals: bool = False, trust: bool = False, broad: bool = False
    ) -> dict[str, Any]:
        statements = [
            self.statement("Allow" if self._chance(allow) else "Deny", broad=broad) for _ in range(self._one([1, 2]))
        ]
        for statement in statements:
            if principals:
                deny = statement["Effect"] == "Deny"
                statement["NotPrincipal" if deny and self._chance(0.2) else "Principal"] = self._one(PRINCIPALS)
            if trust:
                statement.pop("Resource", None)
                statement.pop("NotResource", None)
                statement.pop("NotAction", None)
                statement["Action"] = "sts:AssumeRole"
        may_be_old = "${aws:SecureTransport}" not in str(statements)  # in the old version that is no value for Bool
        version = {} if may_be_old and self._chance(0.05) else {"Version": "2012-10-17"}
        return version | {"Statement": statements}

    def statement(self, effect: str, *, broad: bool = False) -> dict[str, Any]:
        """Make a statement; a broad Allow has no condition and covers all resources."""
        statement: dict[str, Any] = {"Effect": effect}
        if broad and effect == "Allow":
            return statement | {"Action": self._one(["*", "*", ["s3:*", "sqs:*"]]), "Resource": "*"}
        statement["NotAction" if self._chance(0.2) else "Action"] = self._some(ACTION_PATTERNS)
        statement["NotResource" if self._chance(0.2) else "Resource"] = self._some(RESOURCE_PATTERNS)
        if self._chance(0.75):
            statement["Condition"] = self._conditions()
        return statement

    def _conditions(self) -> dict[str, Any]:
        block: dict[str, Any] = {}
        for _ in range(self._one([1, 1, 2, 3])):
            operator, key, values = self._condition()
            block.setdefault(operator, {})[key] = values
        return block

    def _condition(self) -> tuple[str, str, Any]:
        family = self._one(["string", "string", "string", "arn", "number", "date", "bool", "binary", "ip", "null"])
        if family == "null":
            return "Null", self._one(list(CONTEXT)), self._one(["true", "false", True])
        operator, key, values = getattr(self, f"_{family}")()
        multivalued = key == "aws:CalledVia"
        if self._chance(0.8 if multivalued else 0.05):
            operator = self._one(["ForAllValues:", "ForAnyValue:"]) + operator
        return operator + ("IfExists" if self._chance(0.25) else ""), key, values

    def _string(self) -> tuple[str, str, Any]:
        key = self._one(list(STRINGS))
        return "String" + self._one(STRING_OPERATORS), key, self._some(STRINGS[key])

    def _arn(self) -> tuple[str, str, Any]:
        key = self._one(list(ARNS))
        return "Arn" + self._one(["Equals", "NotEquals", "Like", "NotLike"]), key, self._some(ARNS[key])

    def _number(self) -> tuple[str, str, Any]:
        return "Numeric" + self._one(ORDERS), "aws:MultiFactorAuthAge", self._some(["100", "300", "300.50", 900])

    def _date(self) -> tuple[str, str, Any]:
        return "Date" + self._one(ORDERS), "aws:TokenIssueTime", self._some([*_DATES * 5, _EPOCH])

    def _bool(self) -> tuple[str, str, Any]:
        values = ["true", "false", "True", False, "${aws:SecureTransport}"]
        return "Bool", self._one(["aws:ViaAWSService", "aws:SecureTransport"]), self._one(values)

    def _binary(self) -> tuple[str, str, Any]:
        return "BinaryEquals", "aws:PrincipalTag/blob", self._some(_BLOBS)

    def _ip(self) -> tuple[str, str, Any]:
        return self._one(["IpAddress", "NotIpAddress"]), "aws:SourceIp", self._some(NETWORKS)
