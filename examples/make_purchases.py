"""Makes `purchases.csv`: three months of invented purchases, always the same.

Run it with `python examples/make_purchases.py`. 28 members, each with one card product and its currency; merchants of
many merchant category codes, two of them in no list of ISO 18245; exact duplicates; purchases at the first and last
instants of the campaigns in `programme.yaml`, and where campaigns meet.
"""

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

SEED = 20260601
PURCHASES = 320
DUPLICATES = 12
MEMBERS = 28
FIRST_DAY = datetime(2026, 6, 1, tzinfo=UTC)
SECONDS = 92 * 24 * 60 * 60

COLUMNS = (
    "purchase_id", "member_id", "card_product", "merchant_id", "merchant_name", "mcc", "country", "amount", "currency",
    "posted_at",
)  # fmt: skip
PRODUCTS = (
    ("classic", "EUR", 2),
    ("gold", "EUR", 2),
    ("platinum", "USD", 2),
    ("sakura", "JPY", 0),
    ("pearl", "KWD", 3),
)
"""Card product, its currency, and the currency's digits after the point."""

MERCHANTS = (
    ("Tierarzt am Park", "0742"), ("Weingut Sonnenhang", "0743"), ("Dach und Fach", "1761"), ("Skyline Air", "3008"),
    ("Hotel Meridian", "3502"), ("City Wheels Rental", "3357"), ("Stadtbahn", "4111"), ("Nordbahn", "4112"),
    ("Taxi Zentrale", "4121"), ("Fernbus", "4131"), ("Flinke Post Kurier", "4215"), ("Blue Wave Cruises", "4411"),
    ("Atlas Airways", "4511"), ("Fernweh Reisen", "4722"), ("Klartext Mobil", "4814"), ("Stadtwerke", "4900"),
    ("Bauhof", "5200"), ("Eisen Karl", "5251"), ("Gartenglueck", "5261"), ("Kaufhaus am Ring", "5311"),
    ("Frischmarkt", "5411"), ("Suesse Ecke", "5441"), ("Backstube Lenz", "5462"), ("Hofladen", "5499"),
    ("Tankhof", "5541"), ("Nachttank", "5542"), ("Modehaus Viola", "5621"), ("Sohle und Absatz", "5661"),
    ("Stoff und Naht", "5699"), ("Wohnwerk", "5712"), ("Elektro Funke", "5732"), ("Code Laden", "5734"),
    ("Partyservice Bunt", "5811"), ("Trattoria Da Toni", "5812"), ("Bar Kompass", "5813"), ("Burger Blitz", "5814"),
    ("Spielewelt Online", "5816"), ("Apotheke am Tor", "5912"), ("Sporthaus Gipfel", "5941"), ("Buch und Tee", "5942"),
    ("Uhren Zeitlos", "5944"), ("Kosmetik Aurora", "5977"), ("Blumen Lilie", "5992"), ("Pension am See", "7011"),
    ("Salon Schnittig", "7230"), ("Autovermietung Nord", "7512"), ("Parkhaus", "7523"), ("Werkstatt", "7538"),
    ("Kino Lichtspiel", "7832"), ("Fitness Fabrik", "7997"), ("Zahnarzt Weiss", "8021"), ("Klinik am See", "8062"),
    ("Musikschule Dur", "8299"), ("Kita Regenbogen", "8351"), ("Postfiliale", "9402"), ("Pfandhaus Krone", "5933"),
    ("Raketenverleih", "2999"), ("Zeitreisen GmbH", "8888"),
)  # fmt: skip
"""Names and merchant category codes; the last two codes are in no list."""

EDGES = (
    "2026-06-01T00:00:00Z", "2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z", "2026-07-10T00:00:00Z",
    "2026-07-12T23:59:59Z", "2026-07-13T00:00:00Z", "2026-07-15T00:00:00Z", "2026-08-01T00:00:00Z",
    "2026-08-31T23:59:59Z",
)  # fmt: skip
"""First and last instants of campaigns and rates in `programme.yaml`, for the first purchases."""

MEETINGS = {
    11: "2026-07-11T12:00:00Z",  # gold: an exclusive multiplier, which keeps a fixed bonus out
    207: "2026-06-20T19:30:00Z",  # gold at a restaurant: a multiplier and a fixed bonus, which add up
}
"""Purchases in the windows of two campaigns that meet nowhere else by chance."""


def rows() -> Iterator[dict[str, str]]:
    """Every row of the file, duplicates at random places."""
    chance = random.Random(SEED)  # noqa: S311 always the same is the point
    unique = [_purchase(number, chance) for number in range(PURCHASES)]
    ordered = sorted(unique, key=lambda row: row["posted_at"])
    for row in chance.sample(unique, DUPLICATES):
        ordered.insert(chance.randrange(len(ordered) + 1), row)
    yield from ordered


def _purchase(number: int, chance: random.Random) -> dict[str, str]:
    member = number % MEMBERS
    product, currency, digits = PRODUCTS[member % len(PRODUCTS)]
    place = number % len(MERCHANTS)
    name, mcc = MERCHANTS[place]
    minor = chance.randint(150, 25_000)
    posted_at = FIRST_DAY + timedelta(seconds=chance.randrange(SECONDS))
    moments = dict(enumerate(EDGES)) | MEETINGS
    return {
        "purchase_id": f"purchase-{number:04d}",
        "member_id": f"member-{member + 1:03d}",
        "card_product": product,
        "merchant_id": f"shop-{place + 1:03d}",
        "merchant_name": name,
        "mcc": mcc,
        "country": chance.choice(("DE", "AT", "NL", "FR", "JP", "KW", "US")),
        "amount": f"{Decimal(minor).scaleb(-digits):f}",
        "currency": currency,
        "posted_at": moments.get(number, f"{posted_at:%Y-%m-%dT%H:%M:%SZ}"),
    }


def main() -> None:
    """Write the file."""
    with Path(__file__).with_name("purchases.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())


if __name__ == "__main__":
    main()
