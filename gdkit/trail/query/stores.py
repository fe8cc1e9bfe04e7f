"""The fetcher of events from an event data store of CloudTrail Lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.aws.calls import ask
from gdkit.errors import AwsError
from gdkit.model import NotSearched, utc_text
from gdkit.trail.query.engine import LakeEngine
from gdkit.trail.query.failures import clearer
from gdkit.trail.query.fetch import fetch_by_queries
from gdkit.trail.query.lake import lake_rendering
from gdkit.trail.query.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdkit.aws import ReadOnlyAws
    from gdkit.trail.fetched.question import Question
    from gdkit.trail.fetched.values import Fetched, Terms, Watch
    from gdkit.trail.named import EventDataStore

_UNKNOWN = ("CloudTrail Lake does not tell before a query what it would scan; the span of time alone bounds it, and a "
            "query that is seen to be above the limit is ended.")  # fmt: skip

_OWN_REGION = "it takes events of its own region alone"


def fetch_lake(
    source: EventDataStore, question: Question, folder: Path, *, aws: ReadOnlyAws, terms: Terms, watch: Watch
) -> Fetched:
    """Fetch a session's events from an event data store; arguments and errors as ``Fetcher``.

    One that is not an organisation's takes events of its own account. What was copied into it may be of others, so that
    these are asked for, too.

    Source: CloudTrail User Guide, "CloudTrail Lake event data stores" and "Copy trail events to an event data store".
    """
    region = source.region or aws.region
    client = aws.client("cloudtrail", region)
    settings, warning = _settings(client, aws.account_id, source.id)
    account = (aws.account_id,) if _holds_data(settings) else ()
    regions = (region,) if settings.get("MultiRegionEnabled") is False else ()
    target = Target(
        kind="lake",
        text=source.text,
        engine=LakeEngine(client, aws.account_id),
        rendering=lake_rendering(source.id),
        measure=lambda _: None,
        accounts=(aws.account_id,) if settings.get("OrganizationEnabled") is False else (),
        others=True,
        regions=regions,
        any_region=bool(settings),
        lacks=lambda _, asked: _OWN_REGION if regions and asked not in (None, *regions) else "",
        with_data=account,
        gaps=tuple(_outside(source.text, settings, region, question)),
        warnings=(_UNKNOWN, *([warning] if warning else [])),
    )
    return fetch_by_queries(target, question, folder, terms=terms, watch=watch)


def _settings(client: Any, account_id: str, store_id: str) -> tuple[dict[str, Any], str]:
    """Ask for a store's settings; without leave to read them, queries are tried all the same.

    Raises:
        AwsError: it is not there, or AWS cannot be reached.

    Source: CloudTrail API Reference, GetEventDataStore.
    """
    try:
        return ask(client, "GetEventDataStore", {"EventDataStore": store_id}, account_id=account_id), ""
    except AwsError as error:
        if error.kind != "denied":
            raise clearer(error) from None
        return {}, (f"The settings of the event data store may not be read ({error.permission}), so that it is not "
                    "known which regions and kinds of events it holds.")  # fmt: skip


def _holds_data(settings: dict[str, Any]) -> bool:
    selectors = [field for one in settings.get("AdvancedEventSelectors") or () for field in one["FieldSelectors"]]
    return any(field["Field"] == "eventCategory" and "Data" in field.get("Equals", ()) for field in selectors)


def _outside(text: str, settings: dict[str, Any], region: str, question: Question) -> Iterator[NotSearched]:
    """Name what is asked for and lies outside of what a store keeps."""
    if settings.get("MultiRegionEnabled") is False:
        yield NotSearched(f"{text}: other regions than {region}", _OWN_REGION,
                          failed=question.regions != (region,))  # fmt: skip
    made_at = settings.get("CreatedTimestamp")
    if made_at is not None and question.since < made_at:
        yield NotSearched(f"{text}: events before {utc_text(made_at.replace(microsecond=0))}",
                          "it was made then, and holds earlier ones only where they were copied into it")  # fmt: skip
