"""A unit: what is deployed, owned and confined as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pulumi
from pulumi_aws import iam, kms, lambda_

from pbckit.contracts.definitions import AnyCapability
from pbckit.errors import PbckitError
from pbckit.infra.boundary import boundary
from pbckit.infra.context import FIXED_DESCRIPTION, UnitContext, child_of
from pbckit.infra.environment import EnvironmentConfig, tags
from pbckit.infra.iam import Statement
from pbckit.infra.key_policy import CallerService, key_policy, tables_of
from pbckit.infra.monitoring import make_dashboard
from pbckit.infra.names import DEPLOYMENT, Names
from pbckit.infra.packaging import RUNTIME, Target, code, layer
from pbckit.infra.people import ask, make_operator

_DELETION_WINDOW_DAYS = 30


class ContractViolation(PbckitError, pulumi.RunError):
    """A unit that would do what a contract does not say."""


class ReservedName(PbckitError, pulumi.RunError):
    """A unit whose names would be those of deployment roles: whoever deploys it could change them."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"no unit can be called {name!r}: the names of deployment roles start with it; rename the unit"
        )


@dataclass(frozen=True, kw_only=True)
class UnitArgs:
    """Where a unit lives and the edges that contracts give it."""

    config: EnvironmentConfig
    publishes_as: Sequence[str] = ()
    """Event sources it may publish as."""
    calls: Sequence[AnyCapability] = ()
    """Capabilities of other units whose contract names it as a caller."""
    for_people: Sequence[AnyCapability] = ()
    """Its own capabilities that people may ask, under a role that it makes for them."""
    platform: Sequence[pulumi.Resource] = ()
    """The platform's resources that must be there first, where this stack manages them too."""
    also: Sequence[Statement] = ()
    """What its boundary allows besides, where its kind of unit needs more than others."""
    key_users: Sequence[Statement] = ()
    """Who else uses its key: AWS services that keep something for it."""
    key_services: Sequence[CallerService] = ()
    """AWS services besides DynamoDB that use its key with the credentials of whoever deploys it."""
    implementation: str | None = None
    """Which of its other implementations it is, if it is one; its code is in `lambdas/<unit>_<implementation>` then."""
    code: Path | None = None
    """Folder of its code below the root, where that is not `lambdas/<unit>`: it does not use `pbckit.runtime`."""


class Unit(pulumi.ComponentResource):
    """The confinement that all kinds of unit share: a KMS key, a permissions boundary, tags, code and a dashboard."""

    context: UnitContext
    calls: dict[tuple[str, str], str]
    """ARN of each capability it may call, by unit and name."""
    uses_runtime: bool
    """False for a system whose code does not use `pbckit.runtime`: it has no unit admin."""
    runtime: str
    """Name of its package below `lambdas/`."""
    runs_code: ClassVar[bool] = True

    def __init__(self, kind: str, name: str, args: UnitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if name == DEPLOYMENT:
            raise ReservedName(name)
        super().__init__(f"pbckit:infra:{kind}", name, {"unit": name}, opts)
        names = args.config.names(name)
        owner_tags = tags(args.config, name)
        self.calls = {
            (capability.unit, capability.name): names.of(capability.unit).capability(capability.name)
            for capability in args.calls
        }
        self.uses_runtime = args.code is None
        self.runtime = "_".join([name.replace("-", "_"), *([args.implementation] if args.implementation else [])])
        folder = Path("lambdas", self.runtime)
        self._for_people = args.for_people
        self._stand_ins = {one.stands_for: one for one in args.calls if one.stands_for is not None}
        key = kms.Key(
            f"{name}-key",
            description=f"Everything that {name} stores in {args.config.environment}",
            enable_key_rotation=True,
            deletion_window_in_days=_DELETION_WINDOW_DAYS,
            policy=key_policy(
                names, [*([tables_of(names)] if self.runs_code else []), *args.key_services], args.key_users
            ),
            tags=owner_tags,
            opts=child_of(self, protect=args.config.protected),
        )
        kms.Alias(f"{name}-key-alias", name=names.key_alias(), target_key_id=key.key_id, opts=child_of(self))
        limit = iam.Policy(
            f"{name}-boundary",
            name=names.physical("boundary"),
            description=f"What no role of {name} can exceed",
            policy=boundary(names, args.publishes_as, list(self.calls.values()), args.also, runs_code=self.runs_code),
            tags=owner_tags,
            opts=child_of(self, ignore_changes=FIXED_DESCRIPTION),
        )
        self.context = UnitContext(
            config=args.config,
            names=names,
            tags=owner_tags,
            key=key,
            boundary=limit,
            layer=_layer(self, folder, args.config, names) if self.runs_code else None,
            code_path=str(code(name, args.code or folder)) if self.runs_code else None,
            platform=args.platform,
        )

    def asked(self, capability: AnyCapability) -> str:
        """ARN of what answers a capability: the facade in front of it, where this unit calls one.

        Raises:
            ContractViolation: the capability's contract does not name this unit as a caller.
        """
        return self.callable_arn(self._stand_ins.get(capability, capability))

    def callable_arn(self, capability: AnyCapability) -> str:
        """ARN of a capability that this unit may call.

        Raises:
            ContractViolation: the capability's contract does not name this unit as a caller.
        """
        arn = self.calls.get((capability.unit, capability.name))
        if arn is None:
            unit = self.context.names.unit
            raise ContractViolation(
                f"{unit} cannot ask {capability.unit}.{capability.name}: its contract names the callers "
                f"{', '.join(capability.callers) or 'nobody'}; add {unit!r} there"
            )
        return arn

    def complete(self) -> None:
        """Make the role for people and the dashboard of all that was defined. Nothing can be added after it."""
        if self._for_people:
            names = self.context.names
            make_operator(self, self.context, [ask([names.capability(one.name) for one in self._for_people])])
        make_dashboard(self, self.context)
        self.register_outputs({"unit": self.context.names.unit})


def _layer(unit: Unit, folder: Path, config: EnvironmentConfig, names: Names) -> lambda_.LayerVersion:
    target = Target(None if config.embedded else config.architecture)
    return lambda_.LayerVersion(
        f"{names.unit}-layer",
        layer_name=names.physical("layer"),
        code=pulumi.FileArchive(str(layer(names.unit, target, folder))),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[config.architecture],
        opts=child_of(unit),
    )
