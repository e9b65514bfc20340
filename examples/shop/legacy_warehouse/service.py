"""Reserved pieces by SKU, as the warehouse counted them last."""

BOOKED = {"CHAIR": 5}


def handler(event: dict, _context: object) -> dict:
    """How many pieces of a SKU are booked."""
    return {"qty": BOOKED.get(event["sku"], 0)}
