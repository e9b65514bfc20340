"""An offering: a product composed from capabilities that exist already. It owns a workflow and no store."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

from pbckit.contracts.definitions import AnyCapability, Event
from pbckit.infra.context import child_of
from pbckit.infra.unit import Unit, UnitArgs
from pbckit.infra.unit_admin import make_unit_admin
from pbckit.infra.workflow import Workflow, WorkflowArgs


class Offering(Unit):
    """A composition with its own boundary. Its name is its key everywhere."""

    def __init__(self, name: str, args: UnitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Offering", name, args, opts)

    def workflow(
        self,
        thing: str,
        *,
        starts_on: Sequence[type[Event]],
        definition: Path,
        asks: Sequence[AnyCapability],
        values: Mapping[str, str],
    ) -> Workflow:
        """A workflow that starts on events of one source and asks capabilities.

        The definition knows each capability's ARN by the capability's name with `_` for `-`.

        Raises:
            ContractViolation: a capability's contract does not name this offering as a caller.
        """
        arns = {capability.name.replace("-", "_"): self.asked(capability) for capability in asks}
        return Workflow(
            f"{self.context.names.unit}-{thing}",
            WorkflowArgs(
                context=self.context,
                thing=thing,
                definition=definition,
                values={**arns, **values},
                capability_arns=list(arns.values()),
                starts_on=starts_on,
                # A facade waits for what is behind it.
                executions_a_call=2 if any(capability in self._stand_ins for capability in asks) else 1,
            ),
            opts=child_of(self),
        )

    def complete(self) -> None:
        """Make the unit admin and the dashboard of all that was defined. Nothing can be added after it."""
        make_unit_admin(self, self.context)
        super().complete()
