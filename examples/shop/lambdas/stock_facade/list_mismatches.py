"""Capability `list-mismatches`."""

from lambdas.stock_facade.definition import facade

handler = facade().list_mismatches
