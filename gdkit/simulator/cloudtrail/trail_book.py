"""The operations on trails' settings: making, finding, changing and showing them, their event selectors and tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdkit.simulator.call import ApiError
from gdkit.simulator.cloudtrail.selectors import checked_selectors
from gdkit.simulator.cloudtrail.trails import Organization, Trail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gdkit.simulator.call import Call, Handlers, Result

MOST_TRAILS = 5
"""Trails in a region, those of other regions and of the organisation that reach it among them.

Source: CloudTrail User Guide, "Quotas in AWS CloudTrail".
"""
_MOST_TAGS = 50
_LONGEST_PREFIX = 200
_NAME = re.compile(r"(?=.{3,128}\Z)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*\Z")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+\Z")
_ARN = re.compile(r"arn:[\w-]+:cloudtrail:[a-z0-9-]+:\d{12}:trail/.+\Z")
_SETTINGS = {
    "S3BucketName": "bucket",
    "S3KeyPrefix": "prefix",
    "IncludeGlobalServiceEvents": "global_events",
    "IsMultiRegionTrail": "multi_region",
    "EnableLogFileValidation": "validation",
}
_STORED = ("SnsTopicName", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn", "KmsKeyId")


class TrailBook:
    """All trails of all accounts, and the operations on their settings.

    Args:
        organization_of: gives the organisation that an account is in; None where it is in none.

    Source: CloudTrail API Reference, the operations of the same names, and their errors.
    """

    def __init__(self, organization_of: Callable[[str], Organization | None]) -> None:
        self._organization_of = organization_of
        self._trails: list[Trail] = []

    def __iter__(self) -> Iterator[Trail]:
        """Give the trails in the order of their making."""
        return iter(tuple(self._trails))

    def __len__(self) -> int:
        """Give how many trails there are."""
        return len(self._trails)

    def handlers(self) -> Handlers:
        """Give the operations that touch settings only."""
        operations = {
            "CreateTrail": self._create,
            "DescribeTrails": self._describe,
            "GetTrail": lambda call: {"Trail": self.find(call).description()},
            "ListTrails": self._list,
            "GetEventSelectors": self._get_selectors,
            "PutEventSelectors": self._put_selectors,
            "ListTags": self._list_tags,
            "AddTags": self._add_tags,
            "RemoveTags": self._remove_tags,
        }
        return {("cloudtrail", name): handler for name, handler in operations.items()}

    def find(self, call: Call, parameter: str = "Name") -> Trail:
        """Give the trail that a call names: by name in the call's own region, by ARN anywhere.

        Source: CloudTrail API Reference, GetTrailStatus: a trail of another region is named by its ARN.

        Raises:
            ApiError: ``TrailNotFoundException``, ``InvalidTrailNameException``, ``CloudTrailARNInvalidException``.
        """
        asked = call.parameters.get(parameter) or ""
        trail = self._named(call, asked, home_only=True)
        if trail is None:
            raise _unknown(asked, call)
        return trail

    def find_to_change(self, call: Call, parameter: str = "Name") -> Trail:
        """Give the trail that a call is to change; that can be done by its owner, in its home region.

        Raises:
            ApiError: as ``find``; ``InvalidHomeRegionException``; ``NotOrganizationMasterAccountException``.
        """
        asked = call.parameters.get(parameter) or ""
        trail = self._named(call, asked, home_only=False)
        if trail is None:
            raise _unknown(asked, call)
        if trail.account_id != call.account_id:
            raise ApiError(
                "NotOrganizationMasterAccountException",
                "The organization trail can be changed only by the account that owns it.",
            )
        if trail.home_region != call.region:
            raise ApiError(
                "InvalidHomeRegionException", f"Trail {trail.arn} can be changed only in {trail.home_region}."
            )
        return trail

    def update(self, call: Call) -> Trail:
        """Change a trail's settings as an UpdateTrail call says, and give it.

        Raises:
            ApiError: as ``find_to_change``, and for settings that do not go together.
        """
        trail = self.find_to_change(call)
        self._check(call, trail.multi_region, trail.global_events)
        if "IsOrganizationTrail" in call.parameters:
            trail.organization = self._organization(call)
        _set(trail, call.parameters)
        return trail

    def remove(self, trail: Trail) -> None:
        """Forget a trail's settings."""
        self._trails.remove(trail)

    def _named(self, call: Call, asked: str, *, home_only: bool) -> Trail | None:
        if asked.startswith("arn:"):
            if not _ARN.match(asked):
                raise ApiError("CloudTrailARNInvalidException", "The trail ARN is not valid.")
            return next((trail for trail in self if trail.arn == asked and trail.is_of(call.account_id)), None)
        _check_name(asked)
        own = [trail for trail in self if trail.name == asked and trail.account_id == call.account_id]
        at_home = next((trail for trail in own if trail.home_region == call.region), None)
        return at_home or (None if home_only else next((trail for trail in own if trail.multi_region), None))

    def _seen_in(self, call: Call, *, shadows: bool) -> list[Trail]:
        def at_home(trail: Trail) -> bool:
            return trail.account_id == call.account_id and trail.home_region == call.region

        return [
            trail
            for trail in self
            if at_home(trail) or (shadows and trail.is_of(call.account_id) and trail.reaches(call.region))
        ]

    def _create(self, call: Call) -> Result:
        name = call.parameters["Name"]
        _check_name(name)
        self._check(call, False, True)
        present = self._seen_in(call, shadows=True)
        if any(trail.name == name and trail.account_id == call.account_id for trail in present):
            raise ApiError(
                "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {call.account_id}"
            )
        if len(present) >= MOST_TRAILS:
            raise ApiError(
                "MaximumNumberOfTrailsExceededException",
                f"User: {call.account_id} already has {MOST_TRAILS} trails in {call.region}.",
            )
        trail = Trail(name, call.account_id, call.region, call.parameters["S3BucketName"])
        trail.organization = self._organization(call)
        trail.tags = _few_enough(_tags(call.parameters.get("TagsList")))
        _set(trail, call.parameters)
        self._trails.append(trail)
        return trail.settings()

    def _check(self, call: Call, multi_region: bool, global_events: bool) -> None:
        asked = call.parameters
        if len(asked.get("S3KeyPrefix") or "") > _LONGEST_PREFIX:
            raise ApiError("InvalidS3PrefixException", f"The prefix is longer than {_LONGEST_PREFIX} characters.")
        if asked.get("IsMultiRegionTrail", multi_region) and not asked.get("IncludeGlobalServiceEvents", global_events):
            raise ApiError(
                "InvalidParameterCombinationException", "Multi-Region trail must include global service events."
            )

    def _organization(self, call: Call) -> Organization | None:
        if not call.parameters.get("IsOrganizationTrail"):
            return None
        organization = self._organization_of(call.account_id)
        if organization is None:
            raise ApiError("OrganizationsNotInUseException", "The account is not a member of an organization.")
        if organization.management_account_id != call.account_id:
            raise ApiError(
                "NotOrganizationMasterAccountException",
                "An organization trail can be made only by the organization's management account.",
            )
        return organization

    def _describe(self, call: Call) -> Result:
        asked = call.parameters.get("trailNameList") or []
        shadows = call.parameters.get("includeShadowTrails", True)
        if asked:
            found = [self._named(call, name, home_only=True) for name in asked]
            shown = [trail for trail in found if trail is not None]
        else:
            shown = self._seen_in(call, shadows=shadows)
        return {"trailList": [trail.description() for trail in shown]}

    def _list(self, call: Call) -> Result:
        mine = [trail for trail in self if trail.is_of(call.account_id)]
        rows = [{"TrailARN": trail.arn, "Name": trail.name, "HomeRegion": trail.home_region} for trail in mine]
        return {"Trails": rows}

    def _get_selectors(self, call: Call) -> Result:
        trail = self.find(call, "TrailName")
        return {"TrailARN": trail.arn, **trail.selectors}

    def _put_selectors(self, call: Call) -> Result:
        trail = self.find_to_change(call, "TrailName")
        trail.selectors, trail.custom_selectors = checked_selectors(call.parameters), True
        return {"TrailARN": trail.arn, **trail.selectors}

    def _tagged(self, call: Call, arn: str) -> Trail:
        if not _ARN.match(arn):
            raise ApiError("CloudTrailARNInvalidException", "The trail ARN is not valid.")
        found = self._named(call, arn, home_only=True)
        if found is None:
            raise ApiError("ResourceNotFoundException", f"The resource {arn} was not found.")
        return found

    def _list_tags(self, call: Call) -> Result:
        trails = [self._tagged(call, arn) for arn in call.parameters["ResourceIdList"]]
        return {"ResourceTagList": [{"ResourceId": trail.arn, "TagsList": _tag_rows(trail)} for trail in trails]}

    def _add_tags(self, call: Call) -> Result:
        trail = self._tagged(call, call.parameters["ResourceId"])
        trail.tags = _few_enough(trail.tags | _tags(call.parameters["TagsList"]))
        return {}

    def _remove_tags(self, call: Call) -> Result:
        trail = self._tagged(call, call.parameters["ResourceId"])
        for key in _tags(call.parameters["TagsList"]):
            trail.tags.pop(key, None)
        return {}


def _unknown(asked: str, call: Call) -> ApiError:
    return ApiError("TrailNotFoundException", f"Unknown trail: {asked} for the user: {call.account_id}")


def _check_name(name: str) -> None:
    """Refuse a name that no trail can have. Source: CloudTrail API Reference, CreateTrail, ``Name``."""
    if not _NAME.match(name) or _ADDRESS.match(name):
        raise ApiError("InvalidTrailNameException", "The trail name is not valid.")


def _set(trail: Trail, asked: Mapping[str, object]) -> None:
    for parameter, attribute in _SETTINGS.items():
        if parameter in asked:
            setattr(trail, attribute, asked[parameter])
    trail.stored |= {name: str(asked[name]) for name in _STORED if name in asked}


def _tags(rows: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    return {row["Key"]: row.get("Value", "") for row in rows or ()}


def _few_enough(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > _MOST_TAGS:
        raise ApiError("TagsLimitExceededException", f"A trail can have up to {_MOST_TAGS} tags.")
    return tags


def _tag_rows(trail: Trail) -> list[dict[str, str]]:
    return [{"Key": key} | ({"Value": value} if value else {}) for key, value in trail.tags.items()]
