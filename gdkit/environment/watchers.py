"""Questions about who watches: CloudTrail's trails, and GuardDuty with what makes it silent."""

from __future__ import annotations

from gdkit.environment.collector import Collector, Question


def ask_watchers(books: Collector) -> None:
    """Ask about the trails and the detectors that see the instance's region."""
    _ask_trails(books)
    asked = Question("detectors", "the region's GuardDuty detectors", "guardduty", "ListDetectors", "DetectorIds")
    for detector in books.list(asked):
        _ask_detector(books, str(detector))


def _ask_trails(books: Collector) -> None:
    """Ask about every trail that records the region, those of other regions and of the organisation among them."""
    shadows = {"includeShadowTrails": True}
    asked = Question(
        "trails", "the trails that record the region", "cloudtrail", "DescribeTrails", "trailList", shadows
    )
    for trail in books.list(asked):
        arn, home = str(trail["TrailARN"]), str(trail.get("HomeRegion") or books.region)
        for name, words, operation, parameter, needs in (
            ("trail_status", "status", "GetTrailStatus", "Name", "IsLogging"),
            ("trail_selectors", "event selectors", "GetEventSelectors", "TrailName", "TrailARN"),
        ):
            question = Question(f"{name}.{arn}", f"{words} of trail {arn}", "cloudtrail", operation, "",
                                {parameter: arn}, home, needs)  # fmt: skip
            books.ask(question)


def _ask_detector(books: Collector, detector: str) -> None:
    named = {"DetectorId": detector}
    for name, words, operation, needs in (
        ("detector", "state of the detector", "GetDetector", "Status"),
        ("administrator", "administrator of the detector", "GetAdministratorAccount", ""),  # empty where there is none
    ):
        books.ask(Question(f"{name}.{detector}", words, "guardduty", operation, "", named, needs=needs))
    for name, words, listing, key, reading, parameter in (
        ("filter", "suppression rule", "ListFilters", "FilterNames", "GetFilter", "FilterName"),
        ("ip_set", "trusted IP list", "ListIPSets", "IpSetIds", "GetIPSet", "IpSetId"),
        ("trusted_set", "trusted entity list", "ListTrustedEntitySets", "TrustedEntitySetIds",
         "GetTrustedEntitySet", "TrustedEntitySetId"),
    ):  # fmt: skip
        listed = Question(f"{name}s.{detector}", f"the {words}s of the detector", "guardduty", listing, key, named)
        for one in books.list(listed):
            asked = {**named, parameter: one}
            question = Question(f"{name}.{detector}.{one}", f"{words} {one}", "guardduty", reading, "", asked,
                                needs="Name")  # fmt: skip
            books.ask(question)
