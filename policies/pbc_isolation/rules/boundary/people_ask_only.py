"""What a role that people may assume can do."""

from collections.abc import Iterator

from pbc_isolation.analysis import people
from pbc_isolation.analysis.context import INVOKE, Analysis, possible_actions
from pbc_isolation.analysis.naming import of_service
from pbc_isolation.iam.catalogue import badness, class_of, display, targets
from pbc_isolation.iam.evaluator import Grant, can
from pbc_isolation.iam.globs import Glob
from pbc_isolation.iam.principals import Principal
from pbc_isolation.iam.regions import Region
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import allow, arn, document, function_arn, role, role_arn, stack, table_arn
from pbc_isolation.stack.contract_edges import PEOPLE

_ID = "boundary-people-ask-only"
_FIX = (
    "Let people invoke capabilities of the unit whose contracts name `operations` as a caller, and nothing else; or "
    "trust the service that runs the code instead of the account."
)
_OF_OPERATIONS = frozenset(
    {
        "cloudwatch:describealarms",
        "events:cancelreplay",
        "events:describearchive",
        "events:describereplay",
        "events:putevents",
        "events:startreplay",
    }
)
"""What people do besides, as the unit that sees and mends all others. Other rules say on what, and in whose name."""


def _check(analysis: Analysis) -> Iterator[Violation]:
    assumed_by = analysis.once(people.find)
    for principal in analysis.principals:
        if principal.urn in assumed_by:
            who = assumed_by[principal.urn]
            for grant in _beyond(analysis, principal):
                reached = _reached(analysis, grant)
                action = display(grant.action)
                yield Violation(
                    rule=_ID,
                    urn=grant.statement.urn,
                    message=f"{principal.label} of {principal.unit or 'nobody'}, which {who} may assume, may {action} "
                    f"on {reached}, allowed by {grant.statement.source}",
                    unit=principal.unit,
                    store_unit=principal.unit,
                    path=(who, "sts:AssumeRole", principal.label, action, reached),
                    fix=_FIX,
                )


def _beyond(analysis: Analysis, principal: Principal) -> Iterator[Grant]:
    """What it may do beyond asking: the worst of each class of actions."""
    asked = _asked(analysis, principal.unit)
    seen: set[str] = set()
    for action in sorted(possible_actions(principal.documents), key=badness):
        name = class_of(action)
        if name in seen or (action in _OF_OPERATIONS and analysis.is_operations(principal.unit)):
            continue
        without = asked if action == INVOKE else ()
        regions = (Region((target,), without) for target in targets(action))
        grant = next((grant for region in regions if (grant := can(principal, action, region))), None)
        if grant is not None:
            seen.add(name)
            yield grant


def _asked(analysis: Analysis, unit: str | None) -> tuple[Glob, ...]:
    """The functions that people may invoke as a unit; without contracts, all of its own."""
    if unit is None or analysis.is_operations(unit):
        return analysis.allowed_calls(unit)
    published = [one for one in analysis.settings.capabilities if one.unit == unit]
    if not published:
        return of_service(analysis.own(unit), "lambda")
    return tuple(analysis.naming.capability(unit, one.name) for one in published if PEOPLE in one.callers)


def _reached(analysis: Analysis, grant: Grant) -> str:
    things = [one for one in analysis.inventory.things if one.lies_in(grant.region)]
    nearest = min(things, key=lambda thing: (not thing.kind.store, thing.label), default=None)
    return f"{nearest.label} of {nearest.unit or 'nobody'}" if nearest else grant.resource


def _trusting(principal: object) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


_ACCOUNT = _trusting({"AWS": "arn:aws:iam::111111111111:root"})
_STOCK = function_arn("inventory", "stock")
_READS = allow("dynamodb:GetItem", on=table_arn("inventory"))

RULE = Rule(
    id=_ID,
    title="A role that people may assume asks capabilities that contracts open to them, and does nothing else",
    why=(
        "Who trusts the account leaves it to policies outside the stack who acts. People who read a unit's store "
        "directly leave no trace in it, and pass by every rule that its code keeps."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(role("inventory", allow("lambda:InvokeFunction", on=_STOCK), trust=_ACCOUNT)),
        stack(role("orders", allow("lambda:InvokeFunction", on=function_arn("orders")), trust=_ACCOUNT)),
        stack(role("inventory", _READS)),
        stack(role("inventory", _READS, trust=_trusting({"AWS": role_arn("inventory", "other")}))),
    ],
    violating=[
        stack(role("inventory", _READS, trust=_ACCOUNT)),
        stack(role("inventory", _READS, trust=_trusting({"AWS": "111111111111"}))),
        stack(role("inventory", _READS, trust=_trusting({"AWS": arn("iam", "user/ada")}))),
        stack(role("inventory", _READS, trust=_trusting({"Federated": arn("iam", "saml-provider/staff")}))),
        stack(role("inventory", allow("lambda:InvokeFunction", on=function_arn("inventory", "sweep")), trust=_ACCOUNT)),
        stack(role("inventory", allow("logs:FilterLogEvents"), trust=_ACCOUNT)),
        stack(role("inventory", allow("events:StartReplay"), trust=_ACCOUNT)),
        stack(
            role("inventory", allow("lambda:InvokeFunction", on=_STOCK), name="operator", trust=_ACCOUNT),
            role("inventory", _READS, trust=_trusting({"AWS": role_arn("inventory", "operator")})),
        ),
    ],
)
