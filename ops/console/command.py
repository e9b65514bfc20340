"""`rewards console`: the pages of every program, and those of members, campaigns, migrations and delivery."""

from pbckit.console.command import console_of
from pbckit.console.pages import PAGES, Page

console = console_of(
    {
        **PAGES,
        "/trace": Page("Trace", "ops.console.trace.page", "show"),
        "/members": Page("Members", "ops.console.members_page", "show"),
        "/delivery": Page("Delivery", "ops.console.delivery.page", "show"),
        "/migration": Page("Migration", "ops.console.migration.page", "show"),
        "/campaigns": Page("Campaigns", "ops.console.campaigns_page", "show"),
    }
)
