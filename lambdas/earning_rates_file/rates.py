"""The rates that were shipped with this code, read once."""

from lambdas.earning_rates_file.model import FILE, read

RATES = read(FILE.read_bytes())
