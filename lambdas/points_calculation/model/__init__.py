"""What a purchase earns, what caps leave of it, and what a refund takes back. Pure: no AWS, no clock, no store."""
