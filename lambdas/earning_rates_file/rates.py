"""The rates and card products that were shipped with this code, read once."""

from lambdas.earning_rates_file.model import CARD_PRODUCTS_FILE, FILE, read, read_card_products

RATES = read(FILE.read_bytes())
CARD_PRODUCTS = read_card_products(CARD_PRODUCTS_FILE.read_bytes())
