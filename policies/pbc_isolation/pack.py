"""The rules as policies of Pulumi's policy SDK: one policy for each group, and one for documents before creation.

The SDK turns an unknown that is read into advice, and skips the rest: here nothing is read but through `servicer`,
which hands out properties as they were sent, and `graph` and `values`, which know unknowns.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pulumi.runtime import is_dry_run
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from pbc_isolation import exemptions
from pbc_isolation.analysis.context import Analysis, Settings, contracts_folder
from pbc_isolation.before_creation import Registered
from pbc_isolation.engine import found_by
from pbc_isolation.exemptions import InvalidExemptions
from pbc_isolation.folder import pack_folder, source_folder
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Rule
from pbc_isolation.stack.contract_edges import InvalidContract, read_contracts
from pbc_isolation.stack.graph import Graph, Resource, from_sdk
from pbc_isolation.stack.known_documents import DOCUMENTS, unknown_documents
from pbc_isolation.stack.type_data import InvalidTypes, shipped
from pbc_isolation.stack.values import Plain, plain

OWN_REFERENCES = "own-references"
NAME = "unit-isolation"
_EXEMPTIONS = "exemptions.yaml"

DESCRIPTIONS = {
    "isolation": "No unit can read another unit's data, directly or by any detour.",
    "boundary": "Every role is confined to its unit, and resources admit their own unit only.",
    "operations": "Data is kept safe, events are not lost, and failures are seen.",
}


def _texts(description: str, default: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": description, "default": list(default)}


SCHEMA = PolicyConfigSchema(
    properties={
        "prefix": {
            "type": "string",
            "description": (
                "What the physical names of a unit start with; {project}, {stack}, {unit} and {environment} (the name "
                "of the stack up to its first hyphen) are filled in."
            ),
            "default": Settings.prefix,
            "pattern": r"\{unit\}",
        },
        "bucketPrefix": {
            "type": "string",
            "description": "As prefix, for buckets, whose names may not contain every character.",
            "default": Settings.bucket_prefix,
            "pattern": r"\{unit\}",
        },
        "contracts": {
            "type": "string",
            "description": "Folder of the contracts' JSON Schemas, relative to the pack.",
            "default": "../contracts/schemas",
        },
        "protectedEnvironments": _texts(
            "Environments in which Pulumi must refuse to delete stores.", Settings.protected_environments
        ),
        "deletionProtectedEnvironments": _texts(
            "Environments in which AWS must refuse to delete tables.", Settings.deletion_protected_environments
        ),
        "requiredTags": _texts("Tags that every resource of a unit carries.", Settings.required_tags),
        "repository": {
            "type": "string",
            "description": (
                "The repository whose pipelines may deploy, as owner/name or owner@id/name@id; without it all "
                "deployment roles must trust the same one."
            ),
            "default": Settings.repository,
        },
        "managedPolicies": {
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
            "description": "ARNs of managed policies outside the stack that give nothing, each with the reason why.",
            "default": {},
        },
        "types": _texts("Files that add resource types, relative to the pack.", ()),
    }
)
"""What can be configured, the same for each group."""


class InvalidSettings(ValueError):
    """A setting that `SCHEMA` lets pass and that makes no sense. The message names it."""


_UNUSABLE = (InvalidSettings, InvalidContract, InvalidExemptions, InvalidTypes)
"""What the pack cannot judge with."""


def settings(config: Mapping[str, Any], folder: Path | None = None) -> Settings:
    """The settings of a configuration by `SCHEMA`; files in it are relative to `folder`, by default the pack's.

    Raises:
        InvalidSettings: the prefix is no template.
        InvalidContract: a contract cannot be read.
        InvalidTypes: a file of types cannot be used.
    """
    folder = folder or pack_folder()
    defaults = {key: value["default"] for key, value in SCHEMA.properties.items()}
    chosen = {**defaults, **{key: value for key, value in config.items() if key in defaults}}
    for key in ("prefix", "bucketPrefix"):
        try:
            chosen[key].format(project="", environment="", stack="", unit="")
        except (KeyError, IndexError, ValueError) as error:
            raise InvalidSettings(
                f"{key} {chosen[key]!r}: only {{project}}, {{environment}}, {{stack}} and {{unit}} can be filled in"
            ) from error
    return Settings(
        prefix=chosen["prefix"],
        bucket_prefix=chosen["bucketPrefix"],
        capabilities=read_contracts(contracts_folder(chosen["contracts"], folder)),
        protected_environments=tuple(chosen["protectedEnvironments"]),
        deletion_protected_environments=tuple(chosen["deletionProtectedEnvironments"]),
        required_tags=tuple(chosen["requiredTags"]),
        managed_policies=tuple(chosen["managedPolicies"]),
        repository=chosen["repository"],
        types=shipped().adding(*(folder / file for file in chosen["types"])),
    )


@cache
def _settings_of(config: str) -> Settings:
    """The settings of a configuration, read once for all resources."""
    return settings(json.loads(config))


def policies() -> list[Policy]:
    """All policies of the pack."""
    registered = Registered()
    shared = _Shared(registered)
    groups = (_of_group(group, shared) for group in DESCRIPTIONS)
    return [_known_documents(), _own_references(registered), *groups]


def _of_group(group: str, shared: "_Shared") -> StackValidationPolicy:
    rules = [rule for rule in every_rule() if rule.id.startswith(f"{group}-")]

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        try:
            report_all(shared.analysis(args), rules, report)
        except _UNUSABLE as error:
            report(str(error), None)

    return StackValidationPolicy(
        name=group,
        description=DESCRIPTIONS[group],
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=SCHEMA,
    )


def report_all(analysis: Analysis, rules: list[Rule], report: ReportViolation) -> None:
    """Report what some rules find, but for what is exempted."""
    found = [violation for rule in rules for violation in found_by(rule, analysis)]
    remaining = exemptions.apply(
        found,
        exemptions.load(source_folder(pack_folder()) / _EXEMPTIONS),
        stack=analysis.graph.stack,
        rules=[rule.id for rule in rules],
        today=datetime.now(UTC).date(),
    )
    for violation in remaining:
        report(f"[{violation.rule}] {violation.text}", violation.urn)


class _Shared:
    """The analysis of the stack that was judged last: the groups of rules are asked about it one after the other."""

    def __init__(self, registered: Registered) -> None:
        self._registered = registered
        self._asked: tuple[Any, Mapping[str, Any]] = (None, {})
        self._analysis = Analysis(Graph([]))

    def analysis(self, args: StackValidationArgs) -> Analysis:
        """The analysis of a stack. All groups are asked with the same list of its resources."""
        config = args.get_config()
        resources, configured = self._asked
        if args.resources is not resources or config != configured:
            graph = from_sdk(args.resources, self._registered.inputs_of)
            self._analysis = Analysis(graph, settings(config))
            self._asked = args.resources, config
        return self._analysis


def _own_references(registered: Registered) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if is_dry_run():
            # The stack as a whole is judged before anything is made.
            registered.remember(args.urn, Plain(lambda: args.props))
            return
        resource = Resource(
            urn=args.urn,
            type=args.resource_type,
            name=args.name,
            props=plain(args.props),
            parent=args.opts.parent or "",
            custom=args.provider is not None or "/" in args.resource_type,
        )
        registered.add(resource)
        try:
            links = registered.foreign_links(resource, _settings_of(json.dumps(args.get_config(), sort_keys=True)))
        except _UNUSABLE as error:
            report(str(error), args.urn)
            return
        for link in links:
            report(f"[{OWN_REFERENCES}] {link.key} of {args.name} of {link.unit} refers to {link.what}", args.urn)

    return ResourceValidationPolicy(
        name=OWN_REFERENCES,
        description="What a resource refers to is its unit's own: looked at before it is created, when all is known.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=SCHEMA,
    )


def _known_documents() -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type not in DOCUMENTS:
            return  # Reading inputs takes time, and nearly all resources have no documents.
        inputs = plain(args.props)
        for key in unknown_documents(args.resource_type, inputs):
            report(f"[known-documents] {key} of {args.name} is not known before it is created", args.urn)

    return ResourceValidationPolicy(
        name="known-documents",
        description="What says who may do what is known before it is created. Build names and ARNs as plain strings.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
    )
