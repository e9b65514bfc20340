"""Small stacks whose verdict hangs on one check of the pack. Each says whether the pack judges it right.

They import the pack when they are called: from the copy that is on the path then, whole or with one check switched off.
"""

from collections.abc import Callable
from typing import Any

Witness = Callable[[], bool]

READ, WIRED = "isolation-direct-read", "isolation-declared-wiring"


def broken(*parts: Any, capabilities: Any = ()) -> set[str]:
    """The rules that a stack breaks."""
    from pbc_isolation.analysis.context import Settings
    from pbc_isolation.engine import judge
    from pbc_isolation.rules.samples import stack

    return {one.rule for one in judge(stack(*parts), Settings(capabilities=tuple(capabilities)))}


def reads(*statements: Any, boundary: Any = None, **more: Any) -> bool:
    """Whether a role of `orders` with these statements is told to read the table of `inventory`."""
    from pbc_isolation.rules.samples import role, table

    return READ in broken(role("orders", *statements, boundary=boundary, **more), table("inventory"))


def may(action: str, resource: str, *statements: Any) -> bool:
    """Whether the evaluator says that a role with these statements can do something to one resource."""
    from pbc_isolation.iam.evaluator import can
    from pbc_isolation.iam.globs import Glob
    from pbc_isolation.iam.principals import collect
    from pbc_isolation.iam.regions import Region
    from pbc_isolation.rules.samples import role, stack
    from pbc_isolation.stack.graph import Graph

    [principal] = collect(Graph(stack(role("orders", *statements)))).principals
    return can(principal, action, Region((Glob(resource),))) is not None


def an_own_table_is_no_leak() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return not reads(allow("dynamodb:GetItem", on=table_arn("orders")))


def casing_of_actions() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return reads(allow("DYNAMODB:getitem", on=table_arn("inventory")))


def a_question_mark() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return may("dynamodb:getitem", table_arn("inventory"), allow("dynamodb:GetItem", on=table_arn("inv?ntory")))


def a_question_mark_is_one_character() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return not may("dynamodb:getitem", table_arn("inventory"), allow("dynamodb:GetItem", on=table_arn("invent?")))


def a_short_arn() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return may("dynamodb:getitem", table_arn("inventory"), allow("dynamodb:GetItem", on="arn:aws:dynamodb"))


def a_short_arn_with_a_star() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    mine = allow("dynamodb:GetItem", on="arn:aws:dynamodb:*:table/shop-dev-inventory_store")
    return may("dynamodb:getitem", table_arn("inventory"), mine)


def a_policy_variable() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    mine = allow("dynamodb:GetItem", on=table_arn("${aws:PrincipalTag/unit}"))
    return may("dynamodb:getitem", table_arn("inventory"), mine)


def a_variable_in_an_exception() -> bool:
    from pbc_isolation.rules.samples import table_arn

    all_but = {"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": table_arn("${aws:PrincipalTag/x}")}
    return may("dynamodb:getitem", table_arn("inventory"), all_but)


def all_actions_but_some() -> bool:
    from pbc_isolation.rules.samples import table_arn

    return reads({"Effect": "Allow", "NotAction": "s3:*", "Resource": table_arn("inventory")})


def all_actions_but_this() -> bool:
    from pbc_isolation.rules.samples import table_arn

    all_but = {"Effect": "Allow", "NotAction": ["dynamodb:*"], "Resource": "*"}
    return not may("dynamodb:getitem", table_arn("inventory"), all_but)


def all_resources_but_some() -> bool:
    return not reads({"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": "*"})


def a_denial_that_covers() -> bool:
    from pbc_isolation.rules.samples import allow, deny, table_arn

    return not reads(
        allow("dynamodb:GetItem", on=table_arn("inventory")), deny("dynamodb:*", on=table_arn("inventory", "*"))
    )


def a_denial_of_another_resource() -> bool:
    from pbc_isolation.rules.samples import allow, deny, table_arn

    return reads(allow("dynamodb:GetItem", on=table_arn("*")), deny("dynamodb:GetItem", on=table_arn("inventory", "x")))


def a_denial_of_another_action() -> bool:
    from pbc_isolation.rules.samples import allow, deny, table_arn

    granted = allow("dynamodb:GetItem", on=table_arn("inventory"))
    return reads(granted, deny("dynamodb:Query", on="*")) and reads(granted, deny("dynamodb:Qu*", on="*"))


def a_denial_under_a_condition() -> bool:
    from pbc_isolation.rules.samples import allow, deny, table_arn

    condition = {"StringEquals": {"aws:PrincipalTag/team": "x"}}
    return reads(allow("dynamodb:GetItem", on=table_arn("inventory")), deny("dynamodb:*", Condition=condition))


def a_denial_under_a_negated_condition() -> bool:
    from pbc_isolation.rules.samples import allow, deny, role_arn, table_arn

    condition = {"StringNotEquals": {"aws:PrincipalArn": role_arn("orders")}}
    return reads(allow("dynamodb:GetItem", on=table_arn("inventory")), deny("dynamodb:*", Condition=condition))


def a_denial_for_this_principal() -> bool:
    from pbc_isolation.rules.samples import allow, deny, role_arn, table_arn

    condition = {"ArnLike": {"aws:PrincipalArn": role_arn("orders")}}
    return not reads(allow("dynamodb:GetItem", on=table_arn("inventory")), deny("dynamodb:*", Condition=condition))


def a_denial_with_a_variable() -> bool:
    from pbc_isolation.rules.samples import allow, deny, table_arn

    return reads(
        allow("dynamodb:GetItem", on=table_arn("inventory")),
        deny("dynamodb:GetItem", on="arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/x}*"),
    )


def a_denial_of_all_but_the_own() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    guard = {"Effect": "Deny", "Action": "dynamodb:*", "NotResource": table_arn("orders", "*")}
    return not reads(allow("dynamodb:GetItem", on="*"), guard)


def a_denial_of_all_actions_but_some() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    guard = {"Effect": "Deny", "NotAction": "dynamodb:Get*", "Resource": "*"}
    return reads(allow("dynamodb:GetItem", on=table_arn("inventory")), guard)


def a_denial_whose_star_stays_in_its_segment() -> bool:
    from pbc_isolation.rules.samples import allow, deny, table_arn

    return reads(
        allow("dynamodb:GetItem", on=table_arn("inventory")), deny("dynamodb:*", on="arn:aws:dynamodb:*:table/*")
    )


def a_condition_that_cannot_hold() -> bool:
    from pbc_isolation.rules.samples import allow, role_arn, table_arn

    condition = {"ArnEquals": {"aws:PrincipalArn": role_arn("inventory")}}
    return not reads(allow("dynamodb:GetItem", on=table_arn("inventory"), Condition=condition))


def a_condition_that_nobody_can_judge() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    return reads(allow("dynamodb:GetItem", on=table_arn("inventory"), Condition=condition))


def a_boundary_caps() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    cap = [allow("dynamodb:GetItem", on=table_arn("orders"))]
    return not reads(allow("dynamodb:GetItem", on="*"), boundary=cap)


def a_boundary_that_allows_more() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return reads(allow("dynamodb:GetItem", on=table_arn("inventory")), boundary=[allow("dynamodb:*", on="*")])


def a_boundary_that_denies() -> bool:
    from pbc_isolation.rules.samples import allow, deny, table_arn

    cap = [allow("dynamodb:*", on="*"), deny("dynamodb:*", on=table_arn("inventory", "*"))]
    return not reads(allow("dynamodb:GetItem", on=table_arn("inventory")), boundary=cap)


def a_boundary_is_no_help_against_a_queue_policy() -> bool:
    from pbc_isolation.rules.admission import queue_with
    from pbc_isolation.rules.samples import allow, queue_arn, role, role_arn

    cap = [allow("sqs:SendMessage", on=queue_arn("orders"))]
    let_in = queue_with({"AWS": role_arn("orders")}, "sqs:ReceiveMessage")
    return "isolation-declared-policies" in broken(let_in, role("orders", boundary=cap))


def a_key_by_its_alias() -> bool:
    from pbc_isolation.rules.samples import allow, arn, role

    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/shop-dev-orders_key"}}
    mine = allow("kms:Decrypt", on=arn("kms", "key/*"), Condition=condition)
    return "isolation-secrets-and-keys" not in broken(role("orders", mine))


def a_key_by_all_of_no_aliases() -> bool:
    from pbc_isolation.rules.samples import allow, arn, role

    condition = {"ForAllValues:StringEquals": {"kms:ResourceAliases": "alias/shop-dev-orders_key"}}
    guarded = allow("kms:Decrypt", on=arn("kms", "key/*"), Condition=condition)
    return "isolation-secrets-and-keys" in broken(role("orders", guarded))


def a_key_if_an_alias_exists() -> bool:
    from pbc_isolation.rules.samples import allow, arn, role

    condition = {"ForAnyValue:StringEqualsIfExists": {"kms:ResourceAliases": "alias/shop-dev-orders_key"}}
    guarded = allow("kms:Decrypt", on=arn("kms", "key/*"), Condition=condition)
    return "isolation-secrets-and-keys" in broken(role("orders", guarded))


def looks_at_apis(on: str = "/restapis/*", operator: str = "StringEquals", action: str = "GET", **tags: str) -> bool:
    from pbc_isolation.rules.samples import allow, role

    condition = {operator: {f"aws:ResourceTag/{key}": value for key, value in tags.items()}}
    looks = allow(f"apigateway:{action}", on=f"arn:aws:apigateway:eu-central-1::{on}", Condition=condition)
    return bool({"isolation-secrets-and-keys", "isolation-unclassified"} & broken(role("orders", looks)))


_ORDERS = {"project": "shop", "environment": "dev", "pbc": "orders"}


def apis_with_the_own_tags() -> bool:
    return not looks_at_apis(**_ORDERS)


def apis_with_anothers_tags() -> bool:
    return looks_at_apis(**_ORDERS | {"pbc": "inventory"})


def apis_with_the_own_tags_of_any_environment() -> bool:
    return looks_at_apis(project="shop", pbc="orders")


def apis_with_one_of_two_tags() -> bool:
    from pbc_isolation.rules.samples import allow, role

    tags = {f"aws:ResourceTag/{key}": value for key, value in _ORDERS.items()}
    either = {"StringEquals": tags | {"aws:ResourceTag/pbc": ["orders", "inventory"]}}
    looks = allow("apigateway:GET", on="arn:aws:apigateway:eu-central-1::/restapis/*", Condition=either)
    return "isolation-secrets-and-keys" in broken(role("orders", looks))


def keys_of_apis_with_the_own_tags() -> bool:
    return looks_at_apis(on="/*", **_ORDERS)


def a_change_of_tagged_apis() -> bool:
    return looks_at_apis(action="PUT", **_ORDERS)


def a_mapping_for_an_own_function() -> bool:
    from pbc_isolation.rules.samples import allow, function_arn, role

    condition = {"ArnLike": {"lambda:FunctionArn": function_arn("orders")}}
    own = allow("lambda:CreateEventSourceMapping", Condition=condition)
    other = allow("lambda:CreateEventSourceMapping", Condition={"ArnLike": {"lambda:FunctionArn": "*"}})
    rule = "isolation-functions"
    return rule not in broken(role("orders", own)) and rule in broken(role("orders", other))


def an_identity_is_harmful_on_the_own_role_too() -> bool:
    from pbc_isolation.rules.samples import allow, role, role_arn

    return "isolation-identity" in broken(role("orders", allow("iam:PutRolePolicy", on=role_arn("orders"))))


def a_capability_for_a_named_caller() -> bool:
    from pbc_isolation.rules.samples import allow, arn, role
    from pbc_isolation.stack.contract_edges import Capability

    call = allow("lambda:InvokeFunction", on=arn("lambda", "function:shop-dev-inventory_stock:live"))
    rule, open_to = "isolation-functions", "orders"
    named = broken(role(open_to, call), capabilities=[Capability("inventory", "stock", (open_to,))])
    other = broken(role(open_to, call), capabilities=[Capability("inventory", "stock", ("billing",))])
    return rule not in named and rule in other


def an_unknown_document() -> bool:
    from pbc_isolation.rules.samples import physical, role, thing
    from pbc_isolation.stack.values import UNKNOWN

    inline = {"role": physical("orders", "worker"), "name": "x", "policy": UNKNOWN}
    return "isolation-unprovable" in broken(
        role("orders"), thing("orders", "aws:iam/rolePolicy:RolePolicy", "x", inline)
    )


def a_text_with_an_unknown_in_it() -> bool:
    from pbc_isolation.stack.values import UNKNOWN, plain

    return plain("arn:aws:dynamodb:::table/04da6b54-80e4-46f7-96ec-b56ff0331ba9-x") is UNKNOWN


def an_unknown_in_a_list() -> bool:
    from pbc_isolation.stack.values import UNKNOWN, has_unknown

    return has_unknown({"a": [{"b": UNKNOWN}]})


def a_missing_trust_policy() -> bool:
    from pbc_isolation.rules.samples import role

    return "isolation-unprovable" in broken(role("orders", trust=None))


def a_policy_of_another_stack() -> bool:
    from pbc_isolation.rules.samples import role

    return "isolation-unprovable" in broken(
        role("orders", managedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"])
    )


def a_managed_policy_of_the_role() -> bool:
    from pbc_isolation.rules.samples import allow, arn, document, role, table, table_arn, thing

    policy = {"name": "shop-dev-orders_more", "policy": document(allow("dynamodb:Scan", on=table_arn("inventory")))}
    more = thing("orders", "aws:iam/policy:Policy", "more", policy)
    attached = role("orders", managedPolicyArns=[arn("iam", "policy/shop-dev-orders_more")])
    return READ in broken(more, attached, table("inventory"))


def an_inline_policy_of_the_role() -> bool:
    from pbc_isolation.rules.samples import allow, document, role, table, table_arn

    inline = [{"name": "x", "policy": document(allow("dynamodb:Scan", on=table_arn("inventory")))}]
    return READ in broken(role("orders", inlinePolicies=inline), table("inventory"))


def what_a_group_has() -> bool:
    from pbc_isolation.rules.samples import allow, document, table, table_arn, thing

    name = "shop-dev-orders_readers"
    grant = document(allow("dynamodb:Scan", on=table_arn("inventory")))
    return READ in broken(
        thing("orders", "aws:iam/group:Group", "readers", {"name": name}),
        thing("orders", "aws:iam/user:User", "reader", {"name": "shop-dev-orders_reader"}),
        thing("orders", "aws:iam/groupPolicy:GroupPolicy", "policy", {"group": name, "policy": grant}),
        thing(
            "orders",
            "aws:iam/groupMembership:GroupMembership",
            "members",
            {"group": name, "users": ["shop-dev-orders_reader"]},
        ),
        table("inventory"),
    )


def what_a_role_of_another_stack_gets() -> bool:
    from pbc_isolation.rules.samples import allow, document, physical, table, table_arn, thing

    grant = document(allow("dynamodb:Scan", on=table_arn("inventory")))
    inline = {"role": physical("orders", "elsewhere"), "policy": grant}
    return READ in broken(thing("orders", "aws:iam/rolePolicy:RolePolicy", "x", inline), table("inventory"))


def a_role_of_nobody() -> bool:
    from pbc_isolation.rules.samples import allow, role, table, table_arn

    return READ in broken(role(None, allow("dynamodb:GetItem", on=table_arn("inventory"))), table("inventory"))


def a_tag_does_not_change_the_owner() -> bool:
    from pbc_isolation.rules.samples import allow, role, table, table_arn

    lying = role("orders", allow("dynamodb:GetItem", on=table_arn("inventory")), tags={"pbc": "inventory"})
    return READ in broken(lying, table("inventory"))


def a_mapping_across_units() -> bool:
    from pbc_isolation.rules.samples import function, function_arn, table, table_arn, thing

    mapping = {"eventSourceArn": table_arn("inventory") + "/stream/1", "functionName": function_arn("orders")}
    wired = thing("orders", "aws:lambda/eventSourceMapping:EventSourceMapping", "tap", mapping)
    return "isolation-declared-wiring" in broken(wired, function("orders"), table("inventory"))


_CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def mails(owner: str, writer: dict[str, Any] | None, protocol: str = "email") -> bool:
    """Whether a unit may be told by mail what is published on a topic."""
    from pbc_isolation.rules.samples import allow, arn, document, function_arn, physical, thing, unit_urn
    from pbc_isolation.stack.graph import PLATFORM, Resource

    platform = Resource(urn=unit_urn("platform"), type=PLATFORM, name="platform", props={}, custom=False)
    topic = thing(owner, "aws:sns/topic:Topic", "topic", {"name": physical(owner, "topic")})
    on = arn("sns", physical(owner, "topic"))
    statement = {**allow("sns:Publish", on=on), "Principal": writer}
    policy = {"arn": on, "policy": document(statement)}
    policies = [thing(owner, "aws:sns/topicPolicy:TopicPolicy", "of-topic", policy)] if writer else []
    endpoint = function_arn("orders") if protocol == "lambda" else "team@example.com"
    mail = {"topic": on, "protocol": protocol, "endpoint": endpoint}
    wired = thing("orders", "aws:sns/topicSubscription:TopicSubscription", "mail", mail)
    return "isolation-declared-wiring" not in broken(platform, wired, topic, *policies)


def a_mail_about_the_platforms_alarms() -> bool:
    return mails("platform", _CLOUDWATCH)


def a_mail_about_another_units_alarms() -> bool:
    return not mails("inventory", _CLOUDWATCH)


def a_mail_about_a_topic_without_a_policy() -> bool:
    return not mails("platform", None)


def a_mail_about_more_than_alarms() -> bool:
    return not mails("platform", {"AWS": "arn:aws:iam::111111111111:root"})


def alarms_in_a_function() -> bool:
    return not mails("platform", _CLOUDWATCH, protocol="lambda")


def a_mapping_of_what_nobody_knows() -> bool:
    from pbc_isolation.rules.samples import function, function_arn, thing
    from pbc_isolation.stack.values import UNKNOWN

    mapping = {"eventSourceArn": UNKNOWN, "functionName": function_arn("orders")}
    wired = thing("orders", "aws:lambda/eventSourceMapping:EventSourceMapping", "tap", mapping)
    return "isolation-unprovable" in broken(wired, function("orders"))


def a_mapping_whose_source_flows_from_elsewhere() -> bool:
    from pbc_isolation.rules.samples import function, function_arn, table, thing
    from pbc_isolation.stack.values import UNKNOWN

    source = table("inventory")
    mapping = {"eventSourceArn": UNKNOWN, "functionName": function_arn("orders")}
    wired = thing(
        "orders",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "tap",
        mapping,
        property_dependencies={"eventSourceArn": [source.urn]},
    )
    return "isolation-declared-wiring" in broken(wired, function("orders"), source)


def a_trust_in_another_unit() -> bool:
    from pbc_isolation.rules.samples import document, role, role_arn

    trusting = document({"Effect": "Allow", "Principal": {"AWS": role_arn("orders")}, "Action": "sts:AssumeRole"})
    return "isolation-trust-policies" in broken(role("inventory", trust=trusting), role("orders"))


def everyone_but_a_few() -> bool:
    from pbc_isolation.rules.samples import allow, document, queue, queue_arn, role_arn, thing

    policy = document(
        {**allow("sqs:ReceiveMessage", on=queue_arn("inventory")), "NotPrincipal": {"AWS": role_arn("x")}}
    )
    inputs = {"queueUrl": "https://sqs.eu-central-1.amazonaws.com/1/shop-dev-inventory_queue", "policy": policy}
    rule = "boundary-nothing-public"
    return rule in broken(queue("inventory"), thing("inventory", "aws:sqs/queuePolicy:QueuePolicy", "policy", inputs))


def a_service_for_whatever_asks_it() -> bool:
    from pbc_isolation.rules.admission import queue_with

    return "boundary-admits-no-one-else" in broken(queue_with({"Service": "events.amazonaws.com"}, "sqs:SendMessage"))


def a_session_of_another_unit() -> bool:
    from pbc_isolation.rules.admission import queue_with

    session = "arn:aws:sts::111111111111:assumed-role/shop-dev-orders_worker/x"
    return "isolation-declared-policies" in broken(queue_with({"AWS": session}, "sqs:ReceiveMessage"))


def everyone_if_a_principal_exists() -> bool:
    from pbc_isolation.rules.admission import queue_with
    from pbc_isolation.rules.samples import role_arn

    condition = {"ArnLikeIfExists": {"aws:PrincipalArn": role_arn("inventory", "*")}}
    return "boundary-nothing-public" in broken(queue_with("*", "sqs:ReceiveMessage", Condition=condition))


def a_path_over_two_hops() -> bool:
    from pbc_isolation.engine import judge
    from pbc_isolation.rules.samples import allow, arn, function, role, stack, table, table_arn

    [found] = [
        one
        for one in judge(
            stack(
                role("orders", allow("lambda:InvokeFunction", on=arn("lambda", "function:shop-dev-inventory_worker"))),
                function("inventory"),
                role("inventory", allow("dynamodb:GetItem", on=table_arn("inventory"))),
                table("inventory"),
            )
        )
        if one.rule == "isolation-functions"
    ]
    return found.path[-1] == "table shop-dev-inventory_store"


def an_action_that_nobody_judged() -> bool:
    from pbc_isolation.rules.samples import allow, role

    return "isolation-unclassified" in broken(role("orders", allow("brandnew:ReadEverything")))


def an_effect_that_iam_does_not_know() -> bool:
    from pbc_isolation.iam.documents import Problem, parse

    found = parse('{"Version": "2012-10-17", "Statement": {"Effect": "Permit", "Action": "*"}}', "x", "urn")
    return isinstance(found, Problem) and found.malformed


def a_version_that_iam_does_not_know() -> bool:
    from pbc_isolation.rules.samples import role

    return "isolation-unreadable" in broken(role("orders", trust='{"Version": "2030-01-01", "Statement": []}'))


def deploys(*statements: Any) -> set[str]:
    """The rules that the deployment role of `orders` breaks with these rights."""
    from pbc_isolation.rules.samples import deployment

    return broken(deployment("orders", *statements))


def a_deployment_role_that_reads_its_units_data() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return "boundary-deployment-role" in deploys(allow("dynamodb:GetItem", on=table_arn("orders")))


def a_deployment_role_that_makes_roles_under_anothers_boundary() -> bool:
    from pbc_isolation.rules.samples import allow, arn, physical, role_arn

    foreign = {"StringEquals": {"iam:PermissionsBoundary": arn("iam", f"policy/{physical('inventory', 'boundary')}")}}
    rights = allow("iam:CreateRole", on=role_arn("orders", "*"), Condition=foreign)
    return "boundary-deployment-role" in deploys(rights)


def a_deployment_role_that_a_function_becomes() -> bool:
    import json

    from pbc_isolation.rules.samples import allow, deployment, pipeline_trust, role_arn, table_arn

    trust = json.loads(pipeline_trust())
    trust["Statement"][0]["Principal"]["AWS"] = role_arn("orders")
    made = allow("dynamodb:CreateTable", on=table_arn("orders"))
    return "boundary-pipeline-trust" in broken(deployment("orders", made, trust=json.dumps(trust)))


def a_deployment_role_that_writes_itself() -> bool:
    from pbc_isolation.rules.samples import allow, arn

    rights = allow("iam:PutRolePolicy", on=arn("iam", "role/shop-dev-deploy_orders"))
    return "isolation-identity" in deploys(rights)


def a_role_of_the_unit_that_writes_the_units_roles() -> bool:
    from pbc_isolation.rules.samples import allow, role, role_arn

    return "isolation-identity" in broken(role("orders", allow("iam:PutRolePolicy", on=role_arn("orders", "*"))))


def a_mapping_for_anothers_function() -> bool:
    from pbc_isolation.rules.samples import allow, arn, role

    theirs = {"ArnLike": {"lambda:FunctionArn": arn("lambda", "function:shop-dev-inventory_*")}}
    rights = allow("lambda:UpdateEventSourceMapping", on="*", Condition=theirs)
    return "isolation-functions" in broken(role("orders", rights))


def admits(conditions: Any, principal: Any = None, action: str = "kms:Decrypt") -> bool:
    """Whether the policy of a key of `inventory` is told to let somebody in who is not of its unit."""
    from pbc_isolation.rules.samples import allow, document, thing

    account = {"AWS": "arn:aws:iam::111111111111:root"}
    statement = {**allow(action), "Principal": principal or account, "Condition": conditions}
    key = thing("inventory", "aws:kms/key:Key", "key", {"policy": document(statement)})
    return bool(broken(key) & {"isolation-declared-policies", "boundary-nothing-public"})


def through(service: str = "dynamodb", **more: Any) -> Any:
    """The conditions under which a service uses a key for tables of `inventory`, and more of them."""
    tables = {"kms:EncryptionContext:aws:dynamodb:tableName": "shop-dev-inventory_*"}
    via = {"kms:ViaService": f"{service}.eu-central-1.amazonaws.com"}
    return {"StringEquals": via, "StringLike": tables, **more}


def a_key_through_a_service_for_own_tables() -> bool:
    return not admits(through())


def a_key_through_no_service() -> bool:
    return admits({"StringLike": through()["StringLike"]})


def a_key_through_a_service_whose_callers_choose_the_context() -> bool:
    return admits(through("s3"))


def a_key_through_another_service_than_the_contexts() -> bool:
    return admits(through("sqs"))


def a_key_through_one_service_more_than_the_contexts() -> bool:
    both = [f"{one}.eu-central-1.amazonaws.com" for one in ("dynamodb", "sqs")]
    return admits(through(StringEquals={"kms:ViaService": both}))


def a_key_through_any_service() -> bool:
    return admits(through(StringEquals={}, StringLike={**through()["StringLike"], "kms:ViaService": "dynamodb*"}))


def a_key_through_a_service_if_there_is_one() -> bool:
    return admits(through(StringEquals={}, StringEqualsIfExists=through()["StringEquals"]))


def a_key_through_a_service_for_any_table() -> bool:
    return admits(through(StringLike={}))


def a_key_through_a_service_for_anothers_tables() -> bool:
    return admits(through(StringLike={"kms:EncryptionContext:aws:dynamodb:tableName": "shop-dev-orders_*"}))


def a_key_through_a_service_for_own_tables_and_anothers() -> bool:
    names = ["shop-dev-inventory_*", "shop-dev-orders_*"]
    return admits(through(StringLike={"kms:EncryptionContext:aws:dynamodb:tableName": names}))


def a_key_for_everyone_through_a_service() -> bool:
    return admits(through(), {"AWS": "*"})


def a_key_for_callers_of_another_account() -> bool:
    callers = {**through()["StringEquals"], "kms:CallerAccount": "222222222222"}
    return admits(through(StringEquals=callers), {"AWS": "*"})


def an_administration_through_a_service() -> bool:
    """Conditions on cryptographic operations say nothing of others: whoever derives a secret names no context."""
    return admits(through(), action="kms:DeriveSharedSecret")


def grants_for_the_account_to_make() -> bool:
    return admits({}, action="kms:CreateGrant")


def grants_for_services_or_not() -> bool:
    return admits({"Bool": {"kms:GrantIsForAWSResource": ["true", "false"]}}, action="kms:CreateGrant")


def a_service_that_keeps_anothers_things() -> bool:
    theirs = {"kms:EncryptionContext:aws:sqs:arn": "arn:aws:sqs:eu-central-1:111111111111:shop-dev-orders_*"}
    return admits({"ArnLike": theirs}, {"Service": "sqs.amazonaws.com"})


def a_service_by_the_context_of_another() -> bool:
    logs = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/shop-dev-inventory_*"
    return admits({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}}, {"Service": "events.amazonaws.com"})


def decrypts_through(bus: str) -> bool:
    """Whether a role of `orders` that decrypts through a bus is told to use another's key."""
    from pbc_isolation.rules.samples import allow, arn, physical, role, thing
    from pbc_isolation.stack.graph import Resource

    platform = "urn:pulumi:dev::shop::pbckit:infra:Platform::platform"
    parts = [
        Resource(urn=platform, type="pbckit:infra:Platform", name="platform", props={}, custom=False),
        Resource(
            urn="urn:pulumi:dev::shop::pbckit:infra:Platform$aws:cloudwatch/eventBus:EventBus::bus",
            type="aws:cloudwatch/eventBus:EventBus",
            name="bus",
            props={"name": physical("platform", "bus")},
            parent=platform,
        ),
        thing("inventory", "aws:cloudwatch/eventBus:EventBus", "bus", {"name": physical("inventory", "bus")}),
    ]
    conditions = {
        "StringEquals": {
            "kms:ViaService": "events.eu-central-1.amazonaws.com",
            "kms:EncryptionContext:aws:events:event-bus:arn": arn("events", f"event-bus/{bus}"),
        }
    }
    rights = allow("kms:Decrypt", on=arn("kms", "key/*"), Condition=conditions)
    return "isolation-secrets-and-keys" in broken(parts, role("orders", rights))


def a_role_that_decrypts_through_the_shared_bus() -> bool:
    return not decrypts_through("shop-dev-platform_bus")


def a_role_that_decrypts_through_anothers_bus() -> bool:
    return decrypts_through("shop-dev-inventory_bus")


def a_queue_that_was_looked_up() -> bool:
    from pbc_isolation.rules.samples import queue, queue_arn, thing

    looked_up = thing("orders", "aws:sqs/queue:Queue", "looked-up", {"arn": queue_arn("inventory")})
    return "isolation-declared-wiring" in broken(looked_up, queue("orders"))


def opens_topic(account: str, action: str = "SNS:Subscribe") -> bool:
    """Whether a topic is public with SNS's default policy for an account."""
    from pbc_isolation.rules.samples import allow, arn, document, physical, thing

    topic = arn("sns", physical("inventory", "topic"))
    condition = {"StringEquals": {"AWS:SourceOwner": account}}
    statement = {**allow(action, on=topic, Condition=condition), "Principal": {"AWS": "*"}}
    props = {"arn": topic, "policy": document(statement)}
    return "boundary-nothing-public" in broken(thing("inventory", "aws:sns/topic:Topic", "topic", props))


def a_topic_of_the_account() -> bool:
    return not opens_topic("111111111111")


def a_topic_of_another_account() -> bool:
    return opens_topic("222222222222")


def a_topic_with_more_than_the_default() -> bool:
    return opens_topic("111111111111", "SNS:*")


def an_encrypted_policy_of_a_queue() -> bool:
    """A text that is not known, and that no provider will fill in."""
    from types import SimpleNamespace

    from pbc_isolation.stack.graph import from_sdk
    from pbc_isolation.stack.values import SENTINELS, UNKNOWN

    queue = SimpleNamespace(
        resource_type="aws:sqs/queue:Queue",
        urn="urn:pulumi:dev::shop::aws:sqs/queue:Queue::q",
        name="q",
        props={"policy": f"[secret]{min(SENTINELS)}"},
        parent=None,
        dependencies=[],
        property_dependencies={},
        provider=None,
        opts=SimpleNamespace(parent="", protect=False),
    )
    return from_sdk([queue]).resources[0].get("policy") is UNKNOWN


def is_metadata(path: str, kind: str, shape: str = "Shape", *, sensitive: bool = False) -> bool:
    """Whether a member of an answer is held for metadata."""
    from pbc_isolation.iam.answers import Member, reading

    return reading().metadata(Member(path, kind, shape, sensitive)) is not None


def a_member_that_is_sensitive() -> bool:
    return not is_metadata("UserName", "string", sensitive=True)


def a_member_that_nobody_listed() -> bool:
    return not is_metadata("UserData", "string")


def a_number_that_is_measured() -> bool:
    return not is_metadata("Position[]", "double")


def a_blob() -> bool:
    return not is_metadata("Name", "blob")


def a_value_of_a_string_type() -> bool:
    return not is_metadata("ProviderDetails{}", "string", "StringType")


def judged(action: str) -> str:
    """The verdict that is derived on an action."""
    from pbc_isolation.iam.judgement import Judgement, catalogued

    return next(Judgement().of(one).verdict for one in catalogued() if one.text == action)


def a_write_that_answers_nothing() -> bool:
    return judged("route53globalresolver:ListTagsForResource") == "changes"  # by the catalogue, a Write


def a_read_that_nobody_knows() -> bool:
    return judged("qldb:ListLedgers") == "unclassified"


def a_start_that_is_called_a_read() -> bool:
    return judged("ssm:StartExecutionPreview") == "unclassified"


def an_unknown_action_under_an_open_boundary() -> bool:
    from pbc_isolation.rules.samples import allow, role

    leak = role("orders", allow("ec2:DescribeWhatIsNew"), boundary=[allow("*")])
    return "isolation-unclassified" in broken(leak)


def a_wildcard_of_harmless_actions() -> bool:
    from pbc_isolation.rules.samples import allow, role

    return "isolation-unclassified" in broken(role("orders", allow("kms:ListAlias*")))


def a_wildcard_under_a_boundary_of_names() -> bool:
    from pbc_isolation.rules.samples import allow, role

    named = [allow("xray:PutTraceSegments", "kms:ListAliases")]
    return "isolation-unclassified" not in broken(role("orders", allow("*"), boundary=named))


def a_boundary_that_opens_one_action() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    boundary = [  # The worst action is asked about first, and is confined.
        allow("dynamodb:Scan", on=table_arn("orders")),
        allow("dynamodb:BatchGetItem", on=table_arn("inventory")),
    ]
    return reads(allow("dynamodb:BatchGetItem", "dynamodb:Scan", on="*"), boundary=boundary)


def a_boundary_that_confines_one_action() -> bool:
    from pbc_isolation.rules.samples import allow, function_arn, role

    own = {"ArnLike": {"lambda:FunctionArn": function_arn("orders")}}
    rights = allow("lambda:DeleteEventSourceMapping", "lambda:PublishVersion", Condition=own)
    return "isolation-functions" in broken(role("orders", rights, boundary=[rights]))


def an_action_by_a_pattern() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return reads(allow("dynamodb:Get*", on=table_arn("inventory")))


def a_resource_with_several_stars() -> bool:
    from pbc_isolation.rules.samples import allow

    return reads(allow("dynamodb:GetItem", on="arn:aws:dynamodb:*:*:table/*led*er_st*"))


def a_bucket_that_its_acl_opens() -> bool:
    from pbc_isolation.rules.samples import thing

    acl = thing("inventory", "aws:s3/bucketAcl:BucketAcl", "acl", {"bucket": "exports", "acl": "public-read"})
    return "boundary-nothing-public" in broken(acl)


def a_method_that_asks_nobody() -> bool:
    from pbc_isolation.rules.samples import thing

    place = {"restApi": "a1", "resourceId": "r1", "httpMethod": "GET"}
    method = thing("orders", "aws:apigateway/method:Method", "get", {**place, "authorization": "NONE"})
    proxy = thing("orders", "aws:apigateway/integration:Integration", "proxy", {**place, "type": "AWS_PROXY"})
    return "boundary-nothing-public" in broken(method, proxy)


def a_route_that_asks_nobody() -> bool:
    from pbc_isolation.rules.samples import thing

    route = thing("orders", "aws:apigatewayv2/route:Route", "get", {"apiId": "a1", "authorizationType": "NONE"})
    proxy = {"apiId": "a1", "integrationType": "AWS_PROXY"}
    return "boundary-nothing-public" in broken(
        route, thing("orders", "aws:apigatewayv2/integration:Integration", "proxy", proxy)
    )


def an_endpoint_service_for_another_account() -> bool:
    from pbc_isolation.rules.samples import role, thing

    kind = "vpcEndpointServiceAllowedPrinciple"
    token = f"aws:ec2/{kind}:{kind[0].upper()}{kind[1:]}"
    principal = {"principalArn": "arn:aws:iam::222222222222:root", "vpcEndpointServiceId": "vpce-svc-1"}
    return "boundary-nothing-public" in broken(
        *role("orders", name="a"), *role("orders", name="b"), thing("orders", token, "allowed", principal)
    )


def an_arn_of_another_account() -> bool:
    from pbc_isolation.rules.samples import queue, queue_arn, thing

    elsewhere = {"arn": queue_arn("orders", "jobs").replace("111111111111", "222222222222")}
    return "isolation-declared-wiring" in broken(
        queue("orders", arn=queue_arn("orders")), thing("orders", "aws:sqs/queue:Queue", "jobs", elsewhere)
    )


def a_backup_by_another_units_tag() -> bool:
    from pbc_isolation.rules.samples import thing

    tags = {"planId": "p1", "selectionTags": [{"type": "STRINGEQUALS", "key": "pbc", "value": "inventory"}]}
    return "isolation-declared-wiring" in broken(thing("orders", "aws:backup/selection:Selection", "all", tags))


def a_link_that_is_known_before_creation() -> bool:
    from pbc_isolation.analysis.context import Settings
    from pbc_isolation.before_creation import Registered
    from pbc_isolation.rules.samples import function_arn, queue_arn, stack, thing

    wired = {"eventSourceArn": queue_arn("inventory"), "functionName": function_arn("orders")}
    mapping = thing("orders", "aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", wired)
    registered = Registered()
    for one in stack(mapping):
        registered.add(one)
    return bool(registered.foreign_links(mapping, Settings()))


def a_rule_on_the_shared_bus_is_own() -> bool:
    from pbc_isolation.rules.boundary import admits_no_one_else

    return not broken(*admits_no_one_else.RULE.compliant[0]) & {"boundary-admits-no-one-else"}


def a_log_group_below_an_own_one() -> bool:
    from pbc_isolation.rules.samples import function_arn, thing

    group, log_filter = "aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"
    tap = {"logGroup": "acme/audit", "destinationArn": function_arn("orders"), "filterPattern": ""}
    return WIRED in broken(
        thing("orders", group, "above", {"name": "acme"}),
        thing("inventory", group, "audit", {"name": "acme/audit"}),
        thing("orders", log_filter, "tap", tap),
    )


def a_layer_of_another_unit() -> bool:
    from pbc_isolation.rules.samples import arn, physical, role_arn, thing

    layers = [arn("lambda", f"layer:{physical('inventory', 'code')}:1")]
    function = {"name": physical("orders", "worker"), "role": role_arn("orders"), "layers": layers}
    return WIRED in broken(thing("orders", "aws:lambda/function:Function", "worker", function))


def an_address_of_a_database() -> bool:
    from pbc_isolation.rules.samples import thing

    source = {"endpointId": "x", "serverName": "others.abcdefghijkl.eu-central-1.rds.amazonaws.com"}
    return WIRED in broken(thing("orders", "aws:dms/endpoint:Endpoint", "tap", source))


def an_address_of_an_own_database() -> bool:
    from pbc_isolation.rules.samples import thing

    address = "orders.abcdefghijkl.eu-central-1.rds.amazonaws.com"
    return WIRED not in broken(
        thing("orders", "aws:rds/instance:Instance", "db", {"identifier": "orders", "endpoint": f"{address}:5432"}),
        thing("orders", "aws:dms/endpoint:Endpoint", "source", {"endpointId": "x", "serverName": address}),
    )


def prefixes_of_all_buckets() -> bool:
    from pbc_isolation.rules.samples import thing

    level = {"accountLevel": {"bucketLevel": {"prefixLevel": {"storageMetrics": {"enabled": True}}}}}
    lens = {"configId": "x", "storageLensConfiguration": level}
    return WIRED in broken(
        thing("orders", "aws:s3control/storageLensConfiguration:StorageLensConfiguration", "tap", lens)
    )


def mail_about_every_workflow() -> bool:
    from pbc_isolation.rules.samples import thing

    mail = "aws:notifications/notificationConfiguration:NotificationConfiguration"
    configuration = thing("orders", mail, "mail", {"name": "x"})
    told = {"source": "aws.states", "eventType": "Step Functions Execution Status Change"}
    return WIRED in broken(configuration, thing("orders", "aws:notifications/eventRule:EventRule", "tap", told))


def alarms_and_other_events() -> bool:
    import json

    from pbc_isolation.rules.samples import physical, thing

    pattern = {"source": ["aws.cloudwatch"], "detail-type": ["AWS API Call via CloudTrail"]}
    rule = {"name": physical("orders", "r"), "eventPattern": json.dumps(pattern)}
    return WIRED in broken(thing("orders", "aws:cloudwatch/eventRule:EventRule", "tap", rule))


def described(operation: Any, **more: Any) -> bool:
    """Whether a REST API with this operation onto a function is told to be open."""
    import json

    from pbc_isolation.rules.samples import function_arn, thing

    integration = {"type": "aws_proxy", "uri": function_arn("orders")}
    paths = {"/x": {"get": {**operation, "x-amazon-apigateway-integration": integration}}}
    api = {"name": "orders", "body": json.dumps({"paths": paths, **more})}
    return "boundary-nothing-public" in broken(thing("orders", "aws:apigateway/restApi:RestApi", "api", api))


def an_api_by_a_description() -> bool:
    return described({})


def an_api_by_a_description_with_a_key() -> bool:
    return described({"security": [{"key": []}]}, securityDefinitions={"key": {"type": "apiKey"}})


def an_api_by_a_description_with_a_policy() -> bool:
    return described({"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}, **{"x-amazon-apigateway-policy": {}})


def an_api_with_one_target() -> bool:
    from pbc_isolation.rules.samples import function_arn, thing

    api = {"name": "orders", "protocolType": "HTTP", "target": function_arn("orders")}
    return "boundary-nothing-public" in broken(thing("orders", "aws:apigatewayv2/api:Api", "api", api))


def a_redrive_in_a_resource_of_its_own() -> bool:
    import json

    from pbc_isolation.rules.samples import queue_arn, thing

    policy = {
        "queueUrl": "https://sqs.eu-central-1.amazonaws.com/111111111111/shop-dev-orders_queue",
        "redrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn("inventory"), "maxReceiveCount": 3}),
    }
    return WIRED in broken(thing("orders", "aws:sqs/redrivePolicy:RedrivePolicy", "tap", policy))


def a_beginning_that_is_anothers() -> bool:
    from pbc_isolation.rules.samples import thing

    bucket = {"bucketPrefix": "shop-dev-inventory--"}
    return "isolation-unprovable" in broken(thing("orders", "aws:s3/bucket:Bucket", "bucket", bucket))


def log_deliveries_of_any_account() -> bool:
    from pbc_isolation.rules.samples import allow, document, thing

    name = "shop-dev-orders--logs"
    admitted = {
        **allow("s3:PutObject", on=f"arn:aws:s3:::{name}/*"),
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": "222222222222"}},
    }
    return "boundary-admits-no-one-else" in broken(
        thing("orders", "aws:s3/bucket:Bucket", "bucket", {"bucket": name, "arn": "arn:aws:sqs:x:111111111111:y"}),
        thing("orders", "aws:s3/bucketPolicy:BucketPolicy", "policy", {"bucket": name, "policy": document(admitted)}),
    )


def a_network_of_another_account() -> bool:
    from pbc_isolation.rules.samples import thing

    joined = {"vpcId": "vpc-1", "peerVpcId": "vpc-2", "peerOwnerId": "222222222222"}
    return "boundary-nothing-public" in broken(
        thing("orders", "aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "joined", joined)
    )


def a_role_for_certificates(*anchors: str) -> bool:
    from pbc_isolation.rules.samples import document, role

    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "rolesanywhere.amazonaws.com"},
        "Action": "sts:AssumeRole",
        **({"Condition": {"ArnLike": {"aws:SourceArn": list(anchors)}}} if anchors else {}),
    }
    return "isolation-trust-policies" in broken(role("orders", trust=document(statement)))


def a_role_for_certificates_by_a_pattern() -> bool:
    return a_role_for_certificates("arn:aws:rolesanywhere:eu-central-1:111111111111:trust-anchor/*")


def a_subscription_to_every_database() -> bool:
    from pbc_isolation.rules.samples import ACCOUNT, REGION, physical, thing

    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{physical('orders', 'topic')}"
    told = {"name": physical("orders", "told"), "snsTopic": topic, "sourceType": "db-instance"}
    return "isolation-declared-wiring" in broken(
        thing("orders", "aws:rds/eventSubscription:EventSubscription", "told", told)
    )


def a_mapping_of_addresses_that_come_from_nowhere() -> bool:
    from pbc_isolation.rules.samples import physical, thing
    from pbc_isolation.stack.values import UNKNOWN

    mapping = {"functionName": physical("orders", "worker"), "selfManagedEventSource": {"endpoints": UNKNOWN}}
    return "isolation-unprovable" in broken(
        thing("orders", "aws:lambda/eventSourceMapping:EventSourceMapping", "tap", mapping)
    )


def the_worst_action_first() -> bool:
    from pbc_isolation.engine import judge
    from pbc_isolation.rules.samples import allow, role, stack, table

    found = judge(stack(role("orders", allow("dynamodb:*")), table("inventory")))
    return any("may dynamodb:Scan on everything in the account" in one.message for one in found)


def with_people(*statements: Any, **more: Any) -> bool:
    """Whether a role of `orders` that trusts the account, with these statements, is told to do more than ask."""
    from pbc_isolation.rules.samples import document, role
    from pbc_isolation.stack.contract_edges import Capability

    account = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}
    people = role("orders", *statements, name="operator", trust=document(account))
    opened = [Capability("orders", "order", ("operations",)), Capability("orders", "internal", ("inventory",))]
    return "boundary-people-ask-only" in broken(people, *more.values(), capabilities=opened)


def people_who_read_their_units_store() -> bool:
    from pbc_isolation.rules.samples import allow, table_arn

    return with_people(allow("dynamodb:GetItem", on=table_arn("orders")))


def people_who_invoke_an_internal_function() -> bool:
    from pbc_isolation.rules.samples import allow, function_arn

    return with_people(allow("lambda:InvokeFunction", on=function_arn("orders", "internal")))


def people_who_replay_as_any_unit() -> bool:
    from pbc_isolation.rules.samples import allow

    return with_people(allow("events:StartReplay"))


def people_who_become_a_role_that_reads() -> bool:
    from pbc_isolation.rules.samples import allow, document, function_arn, role, role_arn, table_arn

    operator = {"AWS": role_arn("orders", "operator")}
    trust = document({"Effect": "Allow", "Principal": operator, "Action": "sts:AssumeRole"})
    reader = role("orders", allow("dynamodb:GetItem", on=table_arn("orders")), trust=trust)
    return with_people(allow("lambda:InvokeFunction", on=function_arn("orders", "order")), reader=reader)


def alarmed(*actions: str, **more: Any) -> set[str]:
    """The rules that an alarm of `orders` with these actions breaks, beside a platform."""
    from pbc_isolation.rules.samples import thing, unit_urn
    from pbc_isolation.stack.graph import PLATFORM, Resource

    platform = Resource(urn=unit_urn("platform"), type=PLATFORM, name="platform", props={}, custom=False)
    alarm = {"name": "orders", "metricName": "CPUUtilization", "alarmActions": list(actions), **more}
    return broken(platform, thing("orders", "aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", alarm))


def an_alarm_that_calls_another_units_function() -> bool:
    from pbc_isolation.rules.samples import function_arn

    return WIRED in alarmed(function_arn("inventory"))


def an_alarm_that_ends_another_units_machine() -> bool:
    action = "arn:aws:automate:eu-central-1:ec2:terminate"
    return WIRED in alarmed(action, dimensions={"InstanceId": "i-0aaa1bbb2ccc3ddd4"})


def an_alarm_on_the_platforms_topic_is_no_leak() -> bool:
    from pbc_isolation.rules.samples import arn, physical

    return WIRED not in alarmed(arn("sns", physical("platform", "alarms")))


def an_alarm_on_another_units_topic() -> bool:
    from pbc_isolation.rules.samples import arn, physical

    return WIRED in alarmed(arn("sns", physical("inventory", "alarms")))


def wired(token: str, props: dict[str, Any], **more: Any) -> bool:
    """Whether a thing of `orders` is told to refer to something that is not its unit's."""
    from pbc_isolation.rules.samples import thing

    return WIRED in broken(thing("orders", token, "tap", props, **more))


def logs_of_a_shared_web_acl() -> bool:
    from pbc_isolation.rules.samples import arn

    acl = arn("wafv2", "regional/webacl/shared/aaaa-bbbb")
    return wired("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", {"resourceArn": acl})


def listening(path: str) -> bool:
    """Whether a rule of a shared listener for a path is refused."""
    from pbc_isolation.rules.samples import arn

    listener = arn("elasticloadbalancing", "listener/app/shared/50dc6c495c0c9188/f2f7dc8efc522ab2")
    conditions = [{"pathPattern": {"values": [path]}}]
    return wired("aws:lb/listenerRule:ListenerRule", {"listenerArn": listener, "conditions": conditions})


def everything_of_a_shared_listener() -> bool:
    return listening("/*")


def a_path_of_a_shared_listener_is_no_leak() -> bool:
    return not listening("/orders/*")


def what_a_provider_makes_in_another_account() -> bool:
    return wired("aws:s3/bucket:Bucket", {"bucket": "orders--x"}, account="222222222222")


def every_collection() -> bool:
    policy = '[{"Rules": [{"ResourceType": "collection", "Resource": ["collection/*"]}]}]'
    return wired(
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        {"name": "orders", "type": "network", "policy": policy},
    )


def policies_that_are_taken_away() -> bool:
    from pbc_isolation.rules.samples import physical, role, thing

    exclusive = "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"
    none = {"roleName": physical("inventory", "worker"), "policyNames": []}
    return "isolation-attachments" in broken(role("inventory"), thing("orders", exclusive, "none", none))


def a_log_policy_over_all_groups() -> bool:
    from pbc_isolation.rules.samples import allow, document, role, role_arn, thing

    policy = document({**allow("logs:GetLogEvents"), "Principal": {"AWS": role_arn("orders")}})
    log_policy = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
    of_account = thing("orders", log_policy, "all", {"policyName": "orders", "policyDocument": policy})
    return "isolation-declared-policies" in broken(role("orders"), of_account)


def trailed(owner: str, **props: Any) -> bool:
    """Whether a trail is told to record what is not its owner's."""
    from dataclasses import replace

    from pbc_isolation.rules.samples import thing, unit_urn
    from pbc_isolation.stack.graph import PLATFORM, Resource

    platform = Resource(urn=unit_urn("platform"), type=PLATFORM, name="platform", props={}, custom=False)
    trail = thing(owner, "aws:cloudtrail/trail:Trail", "tap", {"name": "all", **props})
    return WIRED in broken(platform, replace(trail, parent=platform.urn) if owner == "platform" else trail)


def a_trail_that_is_told_nothing() -> bool:
    return trailed("orders")


def a_trail_of_what_is_managed() -> bool:
    managed = {"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}
    return trailed("orders", advancedEventSelectors=[managed])


def a_trail_of_the_platform_is_no_leak() -> bool:
    return not trailed("platform")


def flows_of(network: str, unit: str | None = "orders") -> bool:
    """Whether flow logs of a network are refused."""
    from pbc_isolation.rules.samples import thing

    return WIRED in broken(thing(unit, "aws:ec2/flowLog:FlowLog", "tap", {"vpcId": network, "trafficType": "ALL"}))


def flow_logs_of_a_shared_network() -> bool:
    return flows_of("vpc-0aaa1bbb2ccc3ddd4")


def flow_logs_by_nobody() -> bool:
    return flows_of("vpc-0aaa1bbb2ccc3ddd4", None)


def code_for(**props: Any) -> bool:
    """Whether a deployment of code to machines by tags is refused."""
    from pbc_isolation.rules.samples import physical

    named = {"appName": physical("orders", "app"), "deploymentGroupName": "x"}
    return wired("aws:codedeploy/deploymentGroup:DeploymentGroup", {**named, **props})


def code_for_machines_by_a_tag() -> bool:
    return code_for(ec2TagFilters=[{"type": "KEY_AND_VALUE", "key": "pbc", "value": "inventory"}])


def code_for_machines_by_sets_of_tags() -> bool:
    return code_for(ec2TagSets=[{"ec2TagFilters": [{"type": "KEY_ONLY", "key": "pbc"}]}])


def trusts_tokens(conditions: dict[str, str], *audiences: str) -> bool:
    """Whether a role for an issuer's tokens is refused, beside an issuer whose tokens are for some audiences."""
    from pbc_isolation.rules.samples import arn, document, role, thing

    issuer = "tokens.example.com"
    url = {"url": f"https://{issuer}", "clientIdLists": list(audiences)}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": arn("iam", f"oidc-provider/{issuer}")},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{issuer}:{key}": value for key, value in conditions.items()}},
    }
    issuers = [thing(None, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "issuer", url)] if audiences else []
    return "isolation-trust-policies" in broken(*issuers, role("orders", trust=document(statement)))


def tokens_whomever_they_are_for() -> bool:
    return trusts_tokens({"sub": "project:orders"})


def tokens_for_two_audiences() -> bool:
    return trusts_tokens({"sub": "project:orders"}, "sts.amazonaws.com", "more")


def tokens_for_the_only_audience_are_no_leak() -> bool:
    return not trusts_tokens({"sub": "project:orders"}, "sts.amazonaws.com")


def an_api_for_whatever_token() -> bool:
    from pbc_isolation.rules.samples import thing

    issuer = {"authorizerType": "JWT", "jwtConfiguration": {"issuer": "https://tokens.example.com"}}
    return "boundary-nothing-public" in broken(
        thing("orders", "aws:apigatewayv2/authorizer:Authorizer", "who", {"name": "who", **issuer})
    )


def a_name_of_a_unit_that_is_nowhere() -> bool:
    from pbc_isolation.rules.samples import physical, thing

    store = thing("orders", "aws:dynamodb/table:Table", "store", {"name": physical("vouchers", "store")})
    return "isolation-owners" in broken(store)


def a_beginning_of_another_units_name() -> bool:
    from pbc_isolation.rules.samples import TRUST_LAMBDA, physical, table, thing

    role = {"namePrefix": physical("inventory", "jobs"), "assumeRolePolicy": TRUST_LAMBDA}
    return "isolation-owners" in broken(table("inventory"), thing("orders", "aws:iam/role:Role", "jobs", role))


def named_by_aws(owner: str, *more: str) -> set[str]:
    """What is broken by a document of `orders` for a role whose name AWS makes, and which reads another's table."""
    from pbc_isolation.rules.samples import TRUST_LAMBDA, allow, document, physical, table, table_arn, thing
    from pbc_isolation.stack.values import UNKNOWN

    beginning = {"namePrefix": physical(owner, "jobs-"), "assumeRolePolicy": TRUST_LAMBDA}
    role = thing(owner, "aws:iam/role:Role", "jobs", beginning)
    given = {"role": UNKNOWN, "policy": document(allow("dynamodb:Scan", on=table_arn("inventory")))}
    sources = {"role": [role.urn, *more]}
    policy = thing("orders", "aws:iam/rolePolicy:RolePolicy", "may", given, property_dependencies=sources)
    return broken(role, policy, table("inventory"))


def a_right_of_a_role_that_aws_names() -> bool:
    return READ in named_by_aws("orders")


def a_right_of_another_units_role_that_aws_names() -> bool:
    return "isolation-attachments" in named_by_aws("inventory")


def a_right_of_a_role_that_may_be_another() -> bool:
    return "isolation-unprovable" in named_by_aws("orders", "urn:pulumi:dev::shop::random:index:Shuffle::x")


def a_right_of_another_units_role_before_it_is_given() -> bool:
    from pbc_isolation.analysis.context import Settings
    from pbc_isolation.before_creation import Registered
    from pbc_isolation.rules.samples import allow, document, physical, role, stack, thing

    registered = Registered()
    for one in stack(role("orders"), role("inventory")):
        registered.add(one)
    given = {"role": physical("inventory", "worker"), "policy": document(allow("dynamodb:Scan"))}
    policy = thing("orders", "aws:iam/rolePolicy:RolePolicy", "may", given)
    registered.add(policy)
    return bool(registered.foreign_links(policy, Settings()))


def log_writer(action: str, group: str) -> bool:
    """Whether a service may not do something with log groups by a policy of the whole account."""
    from pbc_isolation.rules.samples import allow, document, thing

    on = f"arn:aws:logs:us-east-1:111111111111:log-group:{group}"
    policy = document({**allow(action, on=on), "Principal": {"Service": "route53.amazonaws.com"}})
    log_policy = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
    found = broken(thing("orders", log_policy, "names", {"policyName": "orders", "policyDocument": policy}))
    return bool(found & {"isolation-declared-policies", "boundary-admits-no-one-else"})


def a_service_that_reads_its_logs() -> bool:
    return log_writer("logs:GetLogEvents", "/aws/route53/*")


def a_service_that_writes_its_logs_is_no_leak() -> bool:
    return not log_writer("logs:PutLogEvents", "/aws/route53/*")


def files_by_an_id_in_a_definition() -> bool:
    volumes = '{"volumes": [{"efsVolumeConfiguration": {"fileSystemId": "fs-0aaa1bbb2ccc3ddd4"}}]}'
    return wired("aws:batch/jobDefinition:JobDefinition", {"type": "container", "containerProperties": volumes})
