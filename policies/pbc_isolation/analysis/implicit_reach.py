"""Declared things that reach every resource of the account unless they say otherwise, and name none."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from pbc_isolation.stack.graph import OWNER_TAG, Resource
from pbc_isolation.stack.values import UNKNOWN, items, read, texts

Reach = Iterator[tuple[str, str]]
"""Properties, and what each reaches, in words."""
IsOwn = Callable[[str], bool]
"""Whether a name or ARN means something of the unit's own."""


def found(resource: Resource, unit: str | None, is_own: IsOwn, *, platform: bool = False) -> Reach:
    """What a resource of a unit reaches without naming it; the platform may record what is managed in the account."""
    for finders in (_FINDERS,) if platform else (_FINDERS, _OVERSEEING):
        find = finders.get(resource.type)
        if find is not None:
            yield from find(resource, unit, is_own)


def _backed_up(selection: Resource, unit: str | None, _is_own: IsOwn) -> Reach:
    excluded = selection.get("notResources")
    # What the program leaves out is filled in by AWS, and unknown until then: with nothing.
    if selection.asks("notResources") if excluded is UNKNOWN else items(excluded):
        yield "notResources", "everything but what is named"
    for tag in items(selection.get("selectionTags")):
        if (read(tag, "key"), read(tag, "value")) != (OWNER_TAG, unit):
            yield "selectionTags", f"whatever is tagged {read(tag, 'key')!r}: {read(tag, 'value')!r}"
    conditions = items(selection.get("conditions"))
    equal = [test for one in conditions for test in items(read(one, "stringEquals"))]
    own = any((read(test, "key"), read(test, "value")) == (f"aws:ResourceTag/{OWNER_TAG}", unit) for test in equal)
    if conditions and not items(selection.get("resources")) and not own:
        yield "conditions", "whatever carries some tags"


def _account_logs(policy: Resource, _unit: str | None, _is_own: IsOwn) -> Reach:
    if policy.get("policyType") not in _WITHOUT_COPIES:
        yield "policyType", "every log group of the account"


def _recorded(trail: Resource, _unit: str | None, _is_own: IsOwn) -> Reach:
    for selector in items(trail.get("advancedEventSelectors")):
        fields = {read(field, "field"): field for field in items(read(selector, "fieldSelectors"))}
        named = any(items(read(fields.get("resources.ARN"), one)) for one in ("equals", "startsWiths"))
        if "Data" in items(read(fields.get("eventCategory"), "equals")) and not named:
            yield "advancedEventSelectors", "whatever is read or written in the account"


def _managed(trail: Resource, _unit: str | None, is_own: IsOwn) -> Reach:
    """A trail that is told nothing else records what is managed in the account: by whom, with which parameters.

    Calls through a network's endpoints can be narrowed to own endpoints, calls that manage things cannot.
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
    """
    selectors = items(trail.get("advancedEventSelectors"))
    for selector in selectors:
        fields = {read(field, "field"): field for field in items(read(selector, "fieldSelectors"))}
        through = items(read(fields.get("vpcEndpointId"), "equals"))
        own = bool(through) and all(isinstance(one, str) and is_own(one) for one in through)
        if items(read(fields.get("eventCategory"), "equals")) != ["Data"] and not own:
            yield "advancedEventSelectors", "what is managed in the account"
    basic = items(trail.get("eventSelectors"))
    if not selectors and not (basic and all(read(one, "includeManagementEvents") is False for one in basic)):
        yield "eventSelectors", "what is managed in the account"


def _told_by_services(rule: Resource, unit: str | None, is_own: IsOwn) -> Reach:
    """On the default bus AWS's services tell about everybody's things, and what runs in them."""
    bus = rule.get("eventBusName")
    pattern = rule.get("eventPattern")
    on_default = bus in (None, "", _DEFAULT) or (isinstance(bus, str) and bus.endswith(f":event-bus/{_DEFAULT}"))
    if on_default and pattern not in (None, "") and not _is_about_own(_parsed(pattern), unit, is_own):
        yield "eventPattern", "what AWS services tell about everything in the account"


def _is_about_own(pattern: Any, unit: str | None, is_own: IsOwn) -> bool:
    """Whether an event that fits can only be about the unit's own: fields of a pattern must all fit."""
    if not isinstance(pattern, Mapping):
        return False
    fields = cast("Mapping[str, Any]", pattern)
    alternatives = fields.get("$or")
    if isinstance(alternatives, list) and alternatives:
        either = cast("list[Any]", alternatives)
        if all(_is_about_own(one, unit, is_own) for one in either):
            return True
    sources = fields.get("source")
    harmless = _all_texts(sources) and all(
        one in _HARMLESS_SOURCES or one == unit or _tells_states_only(one, fields.get("detail-type"))
        for one in cast("list[str]", sources)
    )
    return harmless or any(_names_own(key, value, is_own) for key, value in fields.items())


def _tells_states_only(source: str, kinds: Any) -> bool:
    return _all_texts(kinds) and set(texts(kinds)) <= _STATES.get(source, frozenset())


def _names_own(key: str, value: Any, is_own: IsOwn) -> bool:
    if key in _NOT_NAMES:
        return False
    if isinstance(value, Mapping):
        return any(_names_own(inner, item, is_own) for inner, item in cast("Mapping[str, Any]", value).items())
    return _all_texts(value) and all(is_own(one) for one in cast("list[str]", value))


def _all_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(texts(value)) and texts(value) == value


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except json.JSONDecodeError:
        return None


def _counted(rule: Resource, _unit: str | None, is_own: IsOwn) -> Reach:
    """A rule of Contributor Insights reports what stands in log events."""
    body = _parsed(rule.get("ruleDefinition"))
    groups = [*items(read(body, "LogGroupNames")), *items(read(body, "LogGroupARNs"))]
    if not groups or not all(isinstance(one, str) and is_own(one) for one in groups):
        yield "ruleDefinition", "log groups that are not only its unit's"


def _measured(lens: Resource, _unit: str | None, is_own: IsOwn) -> Reach:
    """Storage Lens tells the prefixes of the objects in all buckets of the account, where it measures by prefix."""
    level = lens.get("storageLensConfiguration", "accountLevel", "bucketLevel", "prefixLevel")
    buckets = items(lens.get("storageLensConfiguration", "include", "buckets"))
    if level is not None and not (buckets and all(isinstance(one, str) and is_own(one) for one in buckets)):
        yield "storageLensConfiguration", "the prefixes of the objects in all buckets"


def _notified(rule: Resource, unit: str | None, is_own: IsOwn) -> Reach:
    """User notifications mail what AWS services tell about everybody's things."""
    of_type: dict[str, Any] = {"source": [rule.get("source")], "detail-type": [rule.get("eventType")]}
    pattern = _parsed(rule.get("eventPattern"))
    narrowed = cast("Mapping[str, Any]", pattern) if isinstance(pattern, Mapping) else of_type
    if not _is_about_own({**of_type, **narrowed}, unit, is_own):
        yield "eventPattern", "what an AWS service tells about everything in the account"


def _copied_by_tag(policy: Resource, unit: str | None, _is_own: IsOwn) -> Reach:
    """A lifecycle policy takes snapshots of whatever carries one of its tags, or of everything."""
    tags = policy.get("policyDetails", "targetTags")
    if policy.get("defaultPolicy") not in (None, ""):
        yield "defaultPolicy", "every disk or machine of the account"
    elif tags not in (None, {}, {OWNER_TAG: unit}):
        yield "policyDetails", "whatever carries some tags"


def _told_by_databases(subscription: Resource, _unit: str | None, _is_own: IsOwn) -> Reach:
    """A subscription that names no databases tells about every one of the account."""
    if subscription.get("sourceIds") in (None, []):
        yield "sourceIds", "what happens to every database of the account"


def _deployed_by_tag(group: Resource, unit: str | None, _is_own: IsOwn) -> Reach:
    """Code is deployed to whatever machines carry one of the tags; of several sets of tags, one of each."""

    def own(filters: Any) -> bool:
        wanted = ("KEY_AND_VALUE", OWNER_TAG, unit)
        return all((read(one, "type"), read(one, "key"), read(one, "value")) == wanted for one in items(filters))

    for key in ("ec2TagFilters", "onPremisesInstanceTagFilters"):
        if not own(group.get(key)):
            yield key, "whatever machines carry some tags"
    sets = [read(one, "ec2TagFilters") for one in items(group.get("ec2TagSets"))]
    if sets and not any(items(one) and own(one) for one in sets):
        yield "ec2TagSets", "whatever machines carry some tags"


def _of_collections(policy: Resource, _unit: str | None, is_own: IsOwn) -> Reach:
    """A policy of OpenSearch Serverless is about whatever collections and indexes fit the patterns in it."""
    body = _parsed(policy.get("policy"))
    rules = [rule for part in items(body) for rule in items(read(part, "Rules"))]
    for pattern in (one for rule in rules for one in items(read(rule, "Resource"))):
        collection = pattern.split("/")[1] if isinstance(pattern, str) and "/" in pattern else ""
        if not is_own(collection):
            yield "policy", f"the collections that fit {pattern!r}"


_DEFAULT = "default"
_HARMLESS_SOURCES = frozenset({"aws.acm", "aws.health", "aws.trustedadvisor"})
"""Services that tell about AWS itself, or about certificates."""
_STATES: Mapping[str, frozenset[str]] = {
    "aws.autoscaling": frozenset(
        {
            "EC2 Instance Launch Successful",
            "EC2 Instance Launch Unsuccessful",
            "EC2 Instance Terminate Successful",
            "EC2 Instance Terminate Unsuccessful",
        }
    ),
    "aws.cloudwatch": frozenset({"CloudWatch Alarm State Change"}),
    "aws.ec2": frozenset(
        {
            "EC2 Instance Rebalance Recommendation",
            "EC2 Instance State-change Notification",
            "EC2 Spot Instance Interruption Warning",
        }
    ),
}
"""Kinds of events that tell in which state something is, as the descriptions do that everybody may read."""
_NOT_NAMES = frozenset({"$or", "account", "detail-type", "id", "region", "source", "time", "version"})
"""Fields of an event that do not say which thing it is about."""
_WITHOUT_COPIES: Sequence[Any] = ("DATA_PROTECTION_POLICY", "FIELD_INDEX_POLICY")
"""Policies for all log groups that send nothing anywhere."""
_DATABASES = ("dms", "docdb", "neptune", "rds", "redshift")
"""Services whose subscriptions tell what happens to databases."""
_FINDERS = cast(
    "Mapping[str, Callable[[Resource, str | None, IsOwn], Reach]]",
    {
        "aws:backup/selection:Selection": _backed_up,
        "aws:cloudtrail/eventDataStore:EventDataStore": _recorded,
        "aws:cloudtrail/trail:Trail": _recorded,
        "aws:cloudwatch/contributorInsightRule:ContributorInsightRule": _counted,
        "aws:cloudwatch/eventRule:EventRule": _told_by_services,
        "aws:cloudwatch/logAccountPolicy:LogAccountPolicy": _account_logs,
        "aws:codedeploy/deploymentGroup:DeploymentGroup": _deployed_by_tag,
        "aws:dlm/lifecyclePolicy:LifecyclePolicy": _copied_by_tag,
        "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy": _of_collections,
        "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy": _of_collections,
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": _of_collections,
        "aws:notifications/eventRule:EventRule": _notified,
        **{f"aws:{one}/eventSubscription:EventSubscription": _told_by_databases for one in _DATABASES},
        "aws:s3control/storageLensConfiguration:StorageLensConfiguration": _measured,
    },
)
_OVERSEEING = cast(
    "Mapping[str, Callable[[Resource, str | None, IsOwn], Reach]]",
    {"aws:cloudtrail/eventDataStore:EventDataStore": _managed, "aws:cloudtrail/trail:Trail": _managed},
)
"""What looks into the account as a whole, which is the platform's work."""
