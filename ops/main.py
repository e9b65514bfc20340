"""The command `rewards`: the command `pbc`, and what only rewards has."""

from ops.repository import ROOT
from pbckit.cli.command import Entry, command
from pbckit.cli.main import COMMANDS

app = command(
    "Operate the card-rewards system, on the embedded AWS or on AWS.",
    {
        "demo": Entry("ops.demo.command", "demo", "Earn points on an embedded AWS, and see what happens on failures."),
        "programme": Entry("ops.programme.apply", "app", "Apply a file of rates, campaigns and overrides."),
        "purchases": Entry("ops.members.purchases", "app", "Publish purchases and refunds."),
        "purchase": Entry("ops.members.purchase", "app", "What a purchase earned, line by line."),
        "member": Entry("ops.members.statement", "app", "Balances, statements and expiry of members."),
        "ledger": Entry("ops.members.ledger", "app", "Totals, verification and reconciliation of the ledger."),
        "card-products": Entry("ops.programme.card_products", "app", "Kinds of cards, with their billing currencies."),
        "rates": Entry("ops.programme.rates", "app", "Earning rates."),
        "earning-rules": Entry("ops.programme.earning_rules", "app", "Purchases that earn nothing."),
        "campaigns": Entry("ops.programme.campaigns", "app", "Bonus campaigns."),
        "tiers": Entry("ops.programme.tiers", "app", "Tiers of members."),
        "categories": Entry("ops.programme.categories", "app", "Reward categories."),
        "capacity": Entry(
            "ops.capacity.command", "capacity", "What a load of purchases costs, and which quota binds first."
        ),
        "merchants": Entry("ops.programme.merchants", "app", "Categories of merchants."),
        **COMMANDS,
        "console": Entry("ops.console.command", "console", "The system live in a browser, on this machine only."),
        "migrate": Entry("ops.demo.migration", "app", "Move a capability out of a legacy system."),
        "docs": Entry("ops.docs.command", "app", "Generate documents from the program, or check them."),
        "new-pbc": Entry("ops.pbc_template.command", "new_pbc", "Make a new PBC that works."),
    },
    home=ROOT,
)
