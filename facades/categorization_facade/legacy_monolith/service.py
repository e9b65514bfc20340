"""REWARDS01: classify shops, book points, keep the back office's assignments. One table for all of it."""

# boto3 has no types of its own, and this service has none either.
# pyright: reportMissingTypeStubs=false

import os
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import boto3

OK, BAD_REQUEST, UNKNOWN_MCC, UNKNOWN_OP = 0, 2, 4, 9

# First and last code of each category. The first that fits wins.
RANGES = (
    (5814, 5814, "FFD"), (5811, 5813, "RST"), (4511, 4511, "AIR"), (4582, 4582, "AIR"), (3000, 3350, "AIR"),
    (3351, 3500, "CAR"), (7500, 7522, "CAR"), (7523, 7523, "TRN"), (7524, 7530, "CAR"), (3501, 3999, "LDG"),
    (7013, 7013, "FIN"), (7000, 7199, "LDG"), (5977, 5977, "BEA"), (7230, 7230, "BEA"), (7297, 7298, "BEA"),
    (4214, 4215, "BUS"), (4225, 4225, "BUS"), (5933, 5933, "CSH"), (6010, 6012, "CSH"), (6050, 6051, "CSH"),
    (7995, 7995, "CSH"), (8398, 8398, "CHR"), (8641, 8661, "CHR"), (4816, 4816, "DIG"), (5734, 5735, "DIG"),
    (5815, 5818, "DIG"), (7372, 7379, "DIG"), (7841, 7841, "DIG"), (5122, 5122, "DRG"), (5912, 5912, "DRG"),
    (4812, 4812, "ELE"), (5044, 5046, "ELE"), (5722, 5722, "ELE"), (5732, 5732, "ELE"), (5946, 5946, "ELE"),
    (5541, 5542, "FUE"), (5983, 5983, "FUE"), (5300, 5300, "GRO"), (5411, 5411, "GRO"), (5422, 5462, "GRO"),
    (5499, 5499, "GRO"), (5921, 5921, "GRO"), (4119, 4119, "HLT"), (8011, 8099, "HLT"), (1520, 1799, "HOM"),
    (5021, 5039, "HOM"), (5200, 5261, "HOM"), (5712, 5719, "HOM"), (6300, 6399, "INS"), (4813, 4815, "TEL"),
    (4899, 4899, "TEL"), (4011, 4011, "TRN"), (4111, 4131, "TRN"), (4784, 4789, "TRN"), (5511, 5599, "VEH"),
    (7531, 7549, "VEH"), (2741, 2842, "BUS"), (7300, 7499, "BUS"), (7550, 7699, "BUS"), (8100, 8199, "BUS"),
    (8700, 8999, "BUS"), (700, 999, "BGD"), (5000, 5199, "BGD"), (8200, 8399, "EDU"), (7800, 7999, "ENT"),
    (5600, 5699, "FSH"), (6000, 6999, "FIN"), (9200, 9402, "GOV"), (8600, 8699, "MBR"), (9403, 9999, "OTH"),
    (7200, 7299, "PER"), (5262, 5499, "SHP"), (5700, 5999, "SHP"), (4000, 4799, "TRV"), (4800, 4999, "UTI"),
)  # fmt: skip

POINTS = {"RST": Decimal(2), "FFD": Decimal(2), "FUE": Decimal(3)}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Whatever it is asked, by `op`."""
    operations = {"CLASSIFY": classify, "ASSIGN": assign, "EXPORT": export, "USAGE": usage, "BOOK": book}
    operation = operations.get(event.get("op", ""))
    if operation is None:
        return {"rc": UNKNOWN_OP, "msg": f"OP {event.get('op')!r}"}
    try:
        return operation(event)
    except KeyError as missing:
        return {"rc": BAD_REQUEST, "msg": f"FIELD {missing}"}


def classify(event: dict[str, Any]) -> dict[str, Any]:
    """The category of a shop: by hand, or by its code."""
    count(event["src"])
    return category(event["shop"], int(event["mcc"]))


def category(shop: str, mcc: int) -> dict[str, Any]:
    """By hand, or by its code."""
    row = table().get_item(Key={"pk": "SHOP", "sk": shop}).get("Item")
    if row is not None:
        return {"rc": OK, "cat": row["cat"], "man": "Y"}
    for first, last, code in RANGES:
        if first <= mcc <= last:
            return {"rc": OK, "cat": code, "man": "N"}
    return {"rc": UNKNOWN_MCC, "msg": f"MCC {mcc}"}


def assign(event: dict[str, Any]) -> dict[str, Any]:
    """The back office knows better."""
    table().put_item(Item={"pk": "SHOP", "sk": event["shop"], "cat": event["cat"], "user": event["user"], "at": now()})
    return {"rc": OK}


def export(event: dict[str, Any]) -> dict[str, Any]:
    """Shops by hand, in the order of their ids."""
    start = {"ExclusiveStartKey": {"pk": "SHOP", "sk": event["after"]}} if event.get("after") else {}
    page = rows("SHOP", Limit=int(event.get("limit", 100)), **start)
    return {
        "rc": OK,
        "rows": [{"shop": row["sk"], "cat": row["cat"]} for row in page["Items"]],
        "next": page.get("LastEvaluatedKey", {}).get("sk"),
    }


def usage(_event: dict[str, Any]) -> dict[str, Any]:
    """Who asks for categories."""
    callers = rows("USAGE")["Items"]
    return {
        "rc": OK,
        "callers": [{"src": row["sk"], "calls": int(row["calls"]), "last": row["last"]} for row in callers],
    }


def book(event: dict[str, Any]) -> dict[str, Any]:
    """Points for a purchase, straight onto the card's balance."""
    found = category(event["shop"], int(event["mcc"]))
    points = int(Decimal(event["amount"]) * POINTS.get(found.get("cat", ""), Decimal(1)))
    table().update_item(
        Key={"pk": "CARD", "sk": event["card"]},
        UpdateExpression="ADD points :points",
        ExpressionAttributeValues={":points": points},
    )
    return {"rc": OK, "points": points}


def count(source: str) -> None:
    """One more call of a caller."""
    table().update_item(
        Key={"pk": "USAGE", "sk": source},
        UpdateExpression="ADD calls :one SET #last = :now",
        ExpressionAttributeNames={"#last": "last"},
        ExpressionAttributeValues={":one": 1, ":now": now()},
    )


def rows(kind: str, **more: Any) -> dict[str, Any]:
    """Rows of a kind."""
    condition = {"KeyConditionExpression": "pk = :kind", "ExpressionAttributeValues": {":kind": kind}}
    return table().query(**condition, **more)


def now() -> str:
    """The time in the form of the mainframe before."""
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")


@cache
def table() -> Any:
    """The one table."""
    dynamodb: Any = boto3.resource("dynamodb")
    return dynamodb.Table(os.environ["STORE_TABLE"])
