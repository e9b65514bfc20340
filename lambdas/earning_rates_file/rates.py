"""The rates, card products and earning rules that were shipped with this code, read once."""

from lambdas.earning_rates_file.model import CARD_PRODUCTS_FILE, FILE, RULES_FILE, read, read_card_products, read_rules

RATES = read(FILE.read_bytes())
CARD_PRODUCTS = read_card_products(CARD_PRODUCTS_FILE.read_bytes())
RULES = read_rules(RULES_FILE.read_bytes())
