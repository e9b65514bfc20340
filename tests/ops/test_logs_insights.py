"""The query for the log of a step, and the address that opens it."""

import re
from urllib.parse import unquote, urlsplit

from pbckit.cli.incidents.logs_insights import link, log_group, query
from pbckit.cli.incidents.timeline import hops
from tests.ops.unit_admins import record

HOP = hops([record("handled", "PointsCalculated", function="rewards-dev-points-ledger_post-points", request_id="r-1")])[
    0
]


def decoded(address: str) -> str:
    """What the AWS console reads: `$` are percent signs, twice; stars are percent signs within texts."""
    fragment = urlsplit(address).fragment.removeprefix("logsV2:logs-insights")
    inner = unquote(unquote(fragment.replace("$", "%")))
    return unquote(inner.replace("*", "%"))


def test_a_step_with_an_invocation_is_looked_up_by_it():
    assert '| filter function_request_id = "r-1" or @requestId = "r-1"\n' in query(HOP)
    assert log_group(HOP) == "/aws/lambda/rewards-dev-points-ledger_post-points"


def test_a_step_of_an_older_note_is_looked_up_by_its_correlation():
    (older,) = hops([record("handled", "A", correlation_id='c"1\\')])
    assert '| filter @message like "c\\"1\\\\"\n' in query(older)


def test_the_address_has_query_log_group_and_time():
    address = link(HOP, "eu-central-1")
    assert re.fullmatch(r"https://eu-central-1\.console\.aws\.amazon\.com/[A-Za-z0-9/?=#:*$._-]+", address)
    assert decoded(address) == (
        "?queryDetail=~(end~'2026-06-01T12:00:30.000Z~start~'2026-06-01T11:59:30.000Z~timeType~'ABSOLUTE~tz~'UTC"
        f"~editorString~'{query(HOP)}~isLiveTail~false~source~(~'/aws/lambda/rewards-dev-points-ledger_post-points))"
    )


def test_the_address_is_encoded_as_the_console_of_aws_encodes_its_own():
    """Beginning of an address that the console wrote: braces and texts twice, what is in texts with stars."""
    assert (
        "#logsV2:logs-insights$3FqueryDetail$3D$257E$2528end$257E$25272026-06-01T12*3A00*3A30.000Z$257Estart"
        in link(HOP, "eu-central-1")
    )
