"""One stack under judgement: its graph, and what follows from it, each computed once and shared by all rules."""

import os
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from pbc_isolation.analysis.inventory import Inventory, ProtectedResource
from pbc_isolation.analysis.naming import DEFAULT_BUCKET_PREFIX, DEFAULT_PREFIX, Naming, environment_of, of_service
from pbc_isolation.folder import pack_folder
from pbc_isolation.iam.catalogue import HARMLESS, all_actions, badness, class_of, classes, expand_all, targets
from pbc_isolation.iam.documents import EVERYTHING, Document
from pbc_isolation.iam.evaluator import Grant, can, what_bears_on
from pbc_isolation.iam.globs import Glob, contains
from pbc_isolation.iam.principals import GROUP, Identities, Principal, collect
from pbc_isolation.iam.regions import Region
from pbc_isolation.stack.contract_edges import Capability
from pbc_isolation.stack.graph import OPERATIONS, PLATFORM, Graph, Resource
from pbc_isolation.stack.known_names import KnownNames
from pbc_isolation.stack.type_data import Types, shipped
from pbc_isolation.stack.values import items, read, texts

Found = TypeVar("Found")
INVOKE = "lambda:invokefunction"
_ACCOUNT = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):")
_REGION = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:([a-z]{2,}-[a-z-]+-[0-9]+):")


@dataclass(frozen=True)
class Settings:
    """What the pack can be told."""

    prefix: str = DEFAULT_PREFIX
    """What the names of a unit start with; `{project}`, `{environment}`, `{stack}` and `{unit}` are filled in."""
    bucket_prefix: str = DEFAULT_BUCKET_PREFIX
    """What the names of a unit's buckets start with; it may differ, as they may not contain every character."""
    capabilities: tuple[Capability, ...] = ()
    """The capabilities that contracts open to named callers."""
    protected_environments: tuple[str, ...] = ("prod",)
    """Environments in which Pulumi must refuse to delete stores."""
    deletion_protected_environments: tuple[str, ...] = ("staging", "prod")
    """Environments in which AWS must refuse to delete tables."""
    required_tags: tuple[str, ...] = ("project", "environment", "pbc")
    minimum_log_retention_days: int = 1
    repository: str = ""
    """The repository whose pipelines may deploy; empty where it is enough that all deployment roles trust the same."""
    managed_policies: tuple[str, ...] = ()
    """ARNs of managed policies outside the stack that somebody has found to give nothing."""
    types: Types = field(default_factory=shipped)
    """What is known of resource types."""


@dataclass(frozen=True, eq=False)
class Access:
    """That a principal can do something harmful to what is not its unit's own."""

    principal: Principal
    action_class: str
    grant: Grant
    analysis: "Analysis" = field(repr=False)

    @cached_property
    def targets(self) -> tuple[ProtectedResource, ...]:
        """Things of other units in this stack that it reaches; none where it reaches only what is not in this stack."""
        return tuple(self.analysis.reached(self.principal.unit, self.grant.region))


@dataclass(eq=False)
class Analysis:
    """A stack, and everything that rules ask about it."""

    graph: Graph
    settings: Settings = field(default_factory=Settings)
    told_account: str | None = None
    """The account, where more is known of the stack than what is in the graph."""

    def once(self, find: Callable[["Analysis"], Found]) -> Found:
        """What a function finds in this stack, found once for all rules that ask."""
        if find not in self._found:
            self._found[find] = find(self)
        return self._found[find]

    @cached_property
    def naming(self) -> Naming:
        """Whose a name is."""
        return Naming(self.graph.project, self.graph.stack, self.settings.prefix, self.settings.bucket_prefix)

    @cached_property
    def names(self) -> KnownNames:
        """The things of the stack by every text that means them."""
        return KnownNames(self.graph.resources, self.types)

    @cached_property
    def inventory(self) -> Inventory:
        """The things of the stack."""
        return Inventory(self.graph)

    @cached_property
    def identities(self) -> Identities:
        """The identities of the stack."""
        return collect(self.graph, self.settings.managed_policies)

    @property
    def types(self) -> Types:
        """What is known of resource types."""
        return self.settings.types

    @property
    def environment(self) -> str:
        """The environment of the stack."""
        return environment_of(self.graph.stack)

    @property
    def principals(self) -> list[Principal]:
        """Everyone who can make a request: groups cannot."""
        return [one for one in self.identities.principals if one.resource.type != GROUP]

    @cached_property
    def account(self) -> str | None:
        """The account of the stack: the one that its ARNs name most; None if nothing tells it."""
        if self.told_account is not None:
            return self.told_account
        named = Counter(match for one in self.graph.resources for match in accounts_in(one))
        return named.most_common(1)[0][0] if named else None

    def is_platform(self, unit: str | None) -> bool:
        """True for the unit that all others share."""
        component = self.graph.unit_of(unit) if unit is not None else None
        return component is not None and component.type == PLATFORM and component not in self.graph.rivals

    def is_operations(self, unit: str | None) -> bool:
        """True for the unit that people act under: it keeps and replays what is on the bus."""
        component = self.graph.unit_of(unit) if unit is not None else None
        return component is not None and component.type == OPERATIONS and component not in self.graph.rivals

    def deploys(self, principal: Principal) -> bool:
        """True for a deployment role: a principal right below the component of one."""
        component = self.graph.by_urn.get(principal.resource.parent)
        return component is not None and self.graph.deploys(component)

    def own(self, unit: str | None) -> tuple[Glob, ...]:
        """Patterns of everything that a unit owns; nothing for no unit."""
        if unit is None:
            return ()
        if unit not in self._own:
            self._own[unit] = (*self.naming.own(unit), *self._rules_on_shared_buses(unit), *self._odd_names(unit))
        return self._own[unit]

    def _rules_on_shared_buses(self, unit: str) -> Iterator[Glob]:
        """The ARNs of a unit's rules on the bus that all share; on another unit's bus no rule is the unit's own."""
        for bus in self.shared_bus_names:
            yield Glob(f"arn:*:events:*:*:rule/{bus}/{self.naming.prefix(unit)}*", strict=True)

    @cached_property
    def shared_bus_names(self) -> tuple[str, ...]:
        """Names of the buses that all units share: the platform's; in a stack without it, those that may be its."""
        if any(self.is_platform(unit) for unit in self.graph.units):
            return tuple(one.name for one in self.inventory.things if _is_bus(one) and self.is_platform(one.unit))
        named = {one.get("eventBusName") for one in self.graph.by_type("aws:cloudwatch/eventRule:EventRule")}
        known = {*self.graph.units, *(one.unit for one in self.settings.capabilities)}
        return tuple(
            sorted(
                bus
                for bus in named
                if isinstance(bus, str) and not ({owner for _, _, owner in self.naming.names_in(bus)} & known)
            )
        )

    @cached_property
    def shared_buses(self) -> tuple[Glob, ...]:
        """Patterns of the platform's buses: EventBridge uses a key for their rules and archives, whoever has these.

        In a stack without a platform, the buses that its archives keep.
        """
        buses = [one for one in self.inventory.things if _is_bus(one) and self.is_platform(one.unit)]
        if buses:
            return tuple(arn for bus in buses for arn in bus.arns)
        sources = (one.get("eventSourceArn") for one in self.graph.by_type("aws:cloudwatch/eventArchive:EventArchive"))
        return tuple(Glob(one, strict=True) for one in sources if isinstance(one, str) and Glob(one).literal)

    def allowed_calls(self, unit: str | None) -> tuple[Glob, ...]:
        """The capabilities that contracts open to a unit."""
        return self._allowed_calls.get(unit, ())

    @cached_property
    def _allowed_calls(self) -> dict[str | None, tuple[Glob, ...]]:
        found: dict[str | None, tuple[Glob, ...]] = {}
        for one in self.settings.capabilities:
            for caller in dict.fromkeys(one.callers):
                found[caller] = (*found.get(caller, ()), self.naming.capability(one.unit, one.name))
        for caller, pattern in self._calls_of_every_unit():
            found[caller] = (*found.get(caller, ()), pattern)
        return found

    def _calls_of_every_unit(self) -> Iterator[tuple[str, Glob]]:
        """Capabilities that all units with one of that name open to a caller: one pattern may stand for all of them.

        Only where nothing else in the stack bears a name that the pattern covers.
        """
        functions = [thing for thing in self.inventory.things if thing.kind.service == INVOKE.partition(":")[0]]
        named_alike: dict[str, list[Capability]] = {}
        for one in self.settings.capabilities:
            named_alike.setdefault(one.name, []).append(one)
        for name, those in named_alike.items():
            owners = {one.unit for one in those}
            pattern = self.naming.capability("*", name)
            named = Glob(self.naming.prefix("*") + name)
            covered = {
                thing.unit for thing in functions if named.matches(thing.name) and thing.lies_in(Region((pattern,)))
            }
            if len(owners) > 1 and covered <= owners:
                for caller in set(those[0].callers).intersection(*(one.callers for one in those[1:])):
                    yield caller, pattern

    def outside(self, unit: str | None, action: str) -> Sequence[Region]:
        """Everything that an action can act on and that neither is the unit's own nor open to it by contract."""
        if (unit, action) not in self._outside:
            self._outside[unit, action] = tuple(self._regions_outside(unit, action))
        return self._outside[unit, action]

    def _regions_outside(self, unit: str | None, action: str) -> Iterator[Region]:
        own = () if class_of(action) in classes().never_own else self.own(unit)
        for target in targets(action):
            service = target.text.split(":")[2] if target.text != "*" else "*"
            excluded = own if service == "*" else of_service(own, service)
            if action == INVOKE:
                excluded = (*excluded, *self.allowed_calls(unit))
            yield Region((target,), excluded)

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """Every principal's way out of its unit, one for each class of action."""
        return tuple(access for principal in self.principals for access in self.accesses_of(principal))

    def accesses_of(self, principal: Principal) -> Iterator[Access]:
        """The ways of one principal out of its unit, one for each class of action."""
        for name, actions in _by_class(principal).items():
            grant = next((grant for action in actions if (grant := self._way_out(principal, action))), None)
            if grant is not None:
                yield Access(principal, name, grant, self)

    def reached(self, unit: str | None, region: Region) -> Iterator[ProtectedResource]:
        """The things in a region that are not the unit's own."""
        for thing in self.inventory.things:
            if (thing.unit is None or thing.unit != unit) and thing.lies_in(region):
                yield thing

    def refers_to(self, resource: Resource, key: str) -> list[ProtectedResource]:
        """The things whose values flow into a property."""
        by_urn = self.inventory.by_urn
        return [by_urn[one.urn] for one in self.graph.flows_from(resource, key) if one.urn in by_urn]

    @cached_property
    def _found(self) -> dict[Callable[["Analysis"], Any], Any]:
        return {}

    @cached_property
    def _own(self) -> dict[str, tuple[Glob, ...]]:
        return {}

    def _way_out(self, principal: Principal, action: str) -> Grant | None:
        if principal.boundary is not None and self._is_confined(principal.unit, principal.boundary, action):
            return None
        own = self._confining(principal.unit)
        regions: Iterable[Region] = self.outside(principal.unit, action)
        if action in _OF_DEPLOYMENTS and principal.unit is not None and self.deploys(principal):
            # By name only: the deployment role itself is the unit's too, and must not change itself.
            roles = self.naming.own_roles(principal.unit)
            regions = (region.without(roles) for region in regions)
        return next((grant for region in regions if (grant := can(principal, action, region, own))), None)

    def _is_confined(self, unit: str | None, boundary: Document, action: str) -> bool:
        """Whether a boundary lets nobody in the unit do something outside it, whoever that is and whatever is allowed.

        Most roles of a unit share a boundary, and most boundaries leave nothing to ask about a role.
        """
        key = unit, id(boundary), action
        if key not in self._confined:
            # Actions that the same statements are about, on the same resources, have the same answer.
            regions = self.outside(unit, action)
            alike = unit, id(boundary), regions, what_bears_on(boundary, action)
            if alike not in self._confined:
                anybody = Principal(_ANYBODY, unit, [EVERYTHING], boundary)
                own = self._confining(unit)
                self._confined[alike] = all(can(anybody, action, region, own) is None for region in regions)
            self._confined[key] = self._confined[alike]
        return self._confined[key]

    def _confining(self, unit: str | None) -> tuple[Glob, ...]:
        """Patterns of what a condition may confine an action to: what the unit owns, and the buses that all share."""
        if unit not in self._confining_globs:
            self._confining_globs[unit] = (*self.own(unit), *self.shared_buses)
        return self._confining_globs[unit]

    @cached_property
    def _confining_globs(self) -> dict[str | None, tuple[Glob, ...]]:
        return {}

    @cached_property
    def _outside(self) -> dict[tuple[str | None, str], tuple[Region, ...]]:
        return {}

    @cached_property
    def _confined(self) -> dict[Hashable, bool]:
        return {}

    def _odd_names(self, unit: str) -> Iterator[Glob]:
        """What a unit owns although its name does not tell: in its own region and account only."""
        by_name = self.naming.own(unit)
        for thing in self.inventory.of_unit(unit):
            named = of_service(by_name, thing.kind.service)
            if not any(contains(pattern, arn) for arn in thing.arns[:1] for pattern in named):
                for region in (self.region_of(thing.resource), *_replicated_to(thing.resource)):
                    yield from thing.arns_in(region, self.account or "*")
        for resource in self.graph.of_unit(unit):
            if resource.type.startswith("aws:") and not resource.external:
                yield from self._own_arns(resource, by_name)

    def _own_arns(self, resource: Resource, by_name: tuple[Glob, ...]) -> Iterator[Glob]:
        """The ARNs that AWS gives a resource that this program makes, where they are known."""
        arn = resource.get("arn") if "arn" in self.types.of(resource.type).computed else None
        if isinstance(arn, str) and arn.startswith("arn:") and not any(mark in arn for mark in "*?"):
            service = arn.split(":")[2]
            if not any(one.matches(arn) for one in of_service(by_name, service)):
                yield Glob(arn, strict=True)
            if service in _HIERARCHIES:
                yield Glob(f"{arn}/*", strict=True)
        named = self._arn_by_name(resource)
        if named is not None and not any(contains(one, named) for one in of_service(by_name, named.text.split(":")[2])):
            yield from (named, Glob(f"{named.text}/*", strict=True))
        identity = resource.id or resource.get("id")
        if resource.type in _APIS and isinstance(identity, str) and identity.isalnum():
            api = f"arn:*:execute-api:{self.region_of(resource)}:{self.account or '*'}:{identity}"
            yield from (Glob(text, strict=True) for text in (api, f"{api}/*"))

    def _arn_by_name(self, resource: Resource) -> Glob | None:
        """The ARN that follows from a resource's name, where its type has one and the name is known."""
        template = self.types.of(resource.type).arn
        try:
            path = template.format_map(_Names(resource.props))
        except (KeyError, ValueError):
            return None
        service, _, rest = path.partition(":")
        place = "*" if service == "iam" else self.region_of(resource)
        return Glob(f"arn:*:{service}:{place}:{self.account or '*'}:{rest}", strict=True) if template else None

    def region_of(self, resource: Resource) -> str:
        """The region that a resource is in; a wildcard where nothing tells it."""
        own = resource.get("region")
        return own if isinstance(own, str) and own else self.region or "*"

    @cached_property
    def region(self) -> str | None:
        """The region of the stack: the one that its ARNs name most; None if nothing tells it."""
        named = Counter(match for one in self.graph.resources for match in _in_arns(_REGION, one))
        return named.most_common(1)[0][0] if named else None


def accounts_in(resource: Resource) -> Iterator[str]:
    """The accounts that the ARNs in a resource's properties name."""
    return _in_arns(_ACCOUNT, resource)


def _in_arns(pattern: re.Pattern[str], resource: Resource) -> Iterator[str]:
    """What a pattern of ARNs finds in the properties of a resource."""
    for _, text in resource.texts:
        if isinstance(text, str) and "arn:" in text:
            yield from pattern.findall(text)


class _Names(dict[str, Any]):
    """Properties of which only names can be read that stand for themselves: known texts without a wildcard."""

    def __getitem__(self, key: str) -> str:
        value = super().__getitem__(key)
        if not isinstance(value, str) or not value or any(mark in value for mark in "*?$"):
            raise ValueError(value)
        return value


def _replicated_to(resource: Resource) -> list[str]:
    """The other regions in which AWS keeps a table: there it has the same name."""
    return texts([read(one, "regionName") for one in items(resource.get("replicas"))])


def _is_bus(thing: ProtectedResource) -> bool:
    return thing.kind.label == "event bus"


_ANYBODY = Resource(urn="", type="aws:iam/role:Role", name="anybody", props={})
"""A role of which nothing is known: no condition is certain about its requests."""

_APIS = frozenset({"aws:apigateway/restApi:RestApi", "aws:apigatewayv2/api:Api"})
_HIERARCHIES = frozenset({"aoss", "apigateway", "cognito-idp", "dynamodb", "es", "kinesis", "s3", "s3express"})
"""Services in whose ARNs what follows a slash is a part of the thing, and never another thing."""
_OF_DEPLOYMENTS = frozenset(
    {"iam:createrole", "iam:deleterole", "iam:deleterolepolicy", "iam:putrolepolicy", "iam:updateassumerolepolicy"}
)
"""Changes of identities that a deployment role may make to its unit's own roles; a rule of their own confines them."""

_Named = frozenset[tuple[tuple[str, ...] | None, tuple[str, ...] | None]]
"""What statements name: some actions, or all but some. Many principals' statements name the same."""


def _named(documents: Iterable[Document]) -> _Named:
    """What the Allow statements of some documents name."""
    return frozenset(
        (statement.actions, statement.not_actions)
        for document in documents
        for statement in document.statements
        if statement.allows
    )


def _by_class(principal: Principal) -> Mapping[str, list[str]]:
    """The actions that a principal may be allowed, by class, without those that are harmless."""
    boundary = principal.boundary
    return _classified(_named(principal.documents), _named([boundary]) if boundary is not None else None)


@cache
def _classified(allowed: _Named, capped: _Named | None) -> Mapping[str, list[str]]:
    actions = _possible(allowed)
    if capped is not None:
        # What the catalogue does not have is compared by the evaluator.
        actions = (actions & _possible(capped)) | (actions - all_actions())
    found: dict[str, list[str]] = {}
    for action in sorted(actions, key=badness):
        name = class_of(action)
        if name != HARMLESS:
            found.setdefault(name, []).append(action)
    return found


def possible_actions(documents: Iterable[Document]) -> frozenset[str]:
    """Every action that the Allow statements of some documents may name; a pattern stands for what nobody knows."""
    return _possible(_named(documents))


@cache
def _possible(named: _Named) -> frozenset[str]:
    return frozenset[str]().union(
        *(
            expand_all(actions) | _patterns(actions)
            if actions is not None
            else (expand_all(("*",)) | _patterns(("*",))) - expand_all(not_actions or ())
            for actions, not_actions in named
        )
    )


def _patterns(actions: tuple[str, ...]) -> frozenset[str]:
    """The patterns among actions: they also mean what AWS adds, which nobody has judged."""
    return frozenset(action.lower() for action in actions if not Glob(action).literal)


def contracts_folder(text: str, folder: Path | None = None) -> Path:
    """The folder of contracts, relative to the pack's own."""
    return Path(os.path.normpath((folder or pack_folder()) / text))
