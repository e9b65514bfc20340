"""The command `pbc`: what operators and developers of any program on the platform need."""

from collections.abc import Mapping

from pbckit.cli.command import Entry, command

COMMANDS: Mapping[str, Entry] = {
    "new": Entry("pbckit.cli.new.command", "app", "Make a program, or a PBC in it, that works at once."),
    "sandbox": Entry("pbckit.cli.deployment.sandbox", "app", "The embedded AWS on this machine, with the program."),
    "preview": Entry("pbckit.cli.deployment.policy", "preview", "Judge by the policy pack what a stack would deploy."),
    "policy": Entry("pbckit.cli.deployment.policy", "app", "The policy pack, on stacks that exist."),
    "judge": Entry("pbckit.cli.deployment.judge", "judge", "Compare the program's graph with what AWS documents."),
    "publish": Entry("pbckit.cli.client.ask", "publish", "Publish an event of a system outside the program."),
    "ask": Entry("pbckit.cli.client.ask", "ask", "Ask a capability as an operator."),
    "api": Entry("pbckit.cli.client.api", "app", "Read APIs: where they answer, and asking one as a role."),
    "console": Entry("pbckit.console.command", "console", "The system live in a browser, on this machine only."),
    "status": Entry("pbckit.cli.incidents.status", "status", "Queues, dead letters, pending events and alarms."),
    "dlq": Entry("pbckit.cli.incidents.dlq", "app", "Dead letters: list, show, redrive, discard."),
    "events": Entry("pbckit.cli.incidents.events", "app", "Events on the bus: tail, trace, replay."),
    "stacks": Entry("pbckit.cli.deployment.stacks", "app", "Which stack manages which unit."),
    "updates": Entry("pbckit.cli.deployment.updates", "app", "What an update does to what is deployed."),
    "release": Entry("pbckit.cli.deployment.release", "release", "Give new code its traffic step by step."),
    "smoke": Entry("pbckit.cli.deployment.smoke", "smoke", "Check that a deployed unit keeps its contracts."),
    "contracts": Entry("pbckit.cli.deployment.contracts", "app", "Find changes that break other units."),
    "migrate": Entry("pbckit.cli.migration.command", "app", "Move a capability out of a legacy system."),
    "delivery": Entry("pbckit.cli.delivery.command", "app", "Delivery measures of each unit."),
    "fitness": Entry("pbckit.cli.fitness.command", "fitness", "Look for signs of a distributed monolith."),
}

app = command("Build, check and operate Packaged Business Capabilities on AWS.", COMMANDS)
