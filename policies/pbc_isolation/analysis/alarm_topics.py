"""What alarms do, and the topics of the platform: units tell it of alarms, and may have its alarms mailed to people."""

from typing import Any

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.documents import Document, parse
from pbc_isolation.stack.graph import PLATFORM, Resource
from pbc_isolation.stack.link_types import ALARM_ACTIONS, ALARMS, MAIL, SUBSCRIPTION
from pbc_isolation.stack.references import Leaf
from pbc_isolation.stack.values import UNKNOWN, items

_TOPIC, _TOPIC_POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
_ALARMS = {"Service": ("cloudwatch.amazonaws.com",)}


def in_alarm(resource: Resource, leaf: Leaf) -> Leaf:
    """A property of an alarm as what it can do: its actions, and the machine that one of them stops or restarts."""
    if resource.type not in ALARMS:
        return leaf
    acts = any(_is_on_machine(one) for key in ALARM_ACTIONS for one in items(resource.get(key)))
    by_itself = _is_on_machine(leaf.value) or (isinstance(leaf.value, str) and ":opsitem:" in leaf.value)
    refers = (leaf.key in ALARM_ACTIONS and not by_itself) or (acts and leaf.path == "dimensions.InstanceId")
    return leaf._replace(kind="any" if refers else None)


def _is_on_machine(action: Any) -> bool:
    """Whether an action stops, restarts or replaces the machine that the alarm measures: it names none."""
    return isinstance(action, str) and (":automate:" in action or ":action/actions/AWS_EC2.InstanceId" in action)


def tells_platform(analysis: Analysis, resource: Resource, leaf: Leaf) -> bool:
    """Whether an alarm is published on a topic of the platform, or on one of the account that is no unit's."""
    if resource.type not in ALARMS or leaf.key not in ALARM_ACTIONS:
        return False
    if leaf.value is UNKNOWN:
        sources = analysis.graph.flows_from(resource, leaf.key)
        of_platform = [one for one in sources if one.type == _TOPIC and analysis.is_platform(analysis.graph.owner(one))]
        own = [one for one in sources if analysis.graph.owner(one) == analysis.graph.owner(resource)]
        return bool(of_platform) and all(one in of_platform or one in own for one in sources)
    named = [unit for _, _, unit in analysis.naming.names_in(leaf.value)]
    here = leaf.value.split(":")[4:5] == [analysis.account]
    owners = [analysis.graph.owner(one.resource) for one in analysis.inventory.named_by(leaf.value)]
    named += [unit for unit in owners if unit is not None]
    return ":sns:" in leaf.value and here and all(_may_be_platform(analysis, unit) for unit in named)


def _may_be_platform(analysis: Analysis, unit: str) -> bool:
    """Whether a unit is the platform. A stack of one unit does not have it: there, any that is not here may be it."""
    if analysis.graph.by_type(PLATFORM):
        return analysis.is_platform(unit)
    return analysis.graph.unit_of(unit) is None


def mails_alarms(analysis: Analysis, resource: Resource) -> bool:
    """Whether a subscription mails what CloudWatch publishes on a topic of the platform, and nobody else does."""
    if resource.type != SUBSCRIPTION or resource.get("protocol") not in MAIL:
        return False
    meant = _meant(analysis, resource, "topic")
    return len(meant) == 1 and _is_for_alarms(analysis, meant[0])


def _meant(analysis: Analysis, resource: Resource, key: str) -> list[Resource]:
    """The topics that a property means: by its text, or by what flows into it where that is not known yet."""
    value = resource.get(key)
    if isinstance(value, str):
        things = analysis.inventory.named_by(value) if value.startswith("arn:") else []
        return [one.resource for one in things if one.resource.type == _TOPIC]
    return analysis.graph.flows_from(resource, key) if value is UNKNOWN else []


def _is_for_alarms(analysis: Analysis, topic: Resource) -> bool:
    """Whether a topic's policy admits CloudWatch alone. Without one, SNS admits whoever is in the account."""
    if topic.type != _TOPIC or not analysis.is_platform(analysis.graph.owner(topic)):
        return False
    policies = [one for one in analysis.graph.by_type(_TOPIC_POLICY) if topic in _meant(analysis, one, "arn")]
    documents = [parse(one.get("policy"), "policy", one.urn) for one in policies]
    return bool(documents) and all(isinstance(one, Document) and _admits_alarms_only(one) for one in documents)


def _admits_alarms_only(document: Document) -> bool:
    return all(one.principals == _ALARMS for one in document.statements if one.allows)
