"""Keeps the books while the environment is asked for: answers by name, and what failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gdkit.aws.calls import ask, need, rows
from gdkit.environment.model import Document, keepable
from gdkit.errors import AwsCall, AwsError
from gdkit.model import NotSearched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.aws.clients import ReadOnlyAws


@dataclass(frozen=True, slots=True)
class Question:
    """One question to AWS.

    Attributes:
        name: name of the document that the answer becomes.
        words: what it describes, for the ledger.
        service: botocore's name of the service.
        operation: the API's name.
        key: the list in the answer that has pages; empty for an answer that is one thing.
        parameters: as boto3 takes them.
        region: where to ask; empty for the environment's region.
        needs: a member that a whole answer always has.
    """

    name: str
    words: str
    service: str
    operation: str
    key: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    needs: str = ""


@dataclass(slots=True)
class Collector:
    """Asks questions in one account and region."""

    aws: ReadOnlyAws
    account_id: str
    region: str
    documents: dict[str, Document] = field(default_factory=dict)
    not_searched: list[NotSearched] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def ask(self, question: Question) -> Mapping[str, Any] | None:
        """Ask, keep the answer, and give it; None where it failed, which is then in the ledger."""
        region = question.region or self.region
        asked_at = datetime.now(UTC).replace(microsecond=0)
        try:
            client = self.aws.client(question.service, region, self.account_id)
            answer = self._answer(client, question)
        except AwsError as error:
            self.not_searched.append(NotSearched(question.words, error.problem, failed=True))
            return None
        kept: Mapping[str, Any] = keepable(answer)
        self.documents[question.name] = Document(
            question.name,
            self.account_id,
            region,
            question.service,
            question.operation,
            keepable(question.parameters),
            asked_at,
            kept,
        )
        return kept

    def _answer(self, client: Any, question: Question) -> Mapping[str, Any]:
        if not question.key:
            answer = ask(client, question.operation, question.parameters, account_id=self.account_id)
            if question.needs:
                region = question.region or self.region
                need(answer, question.needs, AwsCall(question.service, question.operation, self.account_id, region))
            return answer
        listed = rows(client, question.operation, question.key, question.parameters, account_id=self.account_id)
        return {question.key: list(listed)}

    def list(self, question: Question) -> list[Any]:
        """Ask for a list, and give its members; none where it failed."""
        answer = self.ask(question)
        return [] if answer is None else list(answer[question.key])

    def missed(self, what: str, reason: str) -> None:
        """Book something that was not asked."""
        self.not_searched.append(NotSearched(what, reason))

    def take(self, other: Collector) -> None:
        """Take over what another one was answered, and what it was not."""
        self.documents |= other.documents
        self.not_searched += other.not_searched
        self.warnings += other.warnings
