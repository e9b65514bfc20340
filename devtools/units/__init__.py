"""How many units of DynamoDB's capacity a purchase takes, by unit and step: docs/units.md."""
