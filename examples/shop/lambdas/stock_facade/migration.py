"""Capability `migration`."""

from lambdas.stock_facade.definition import facade

handler = facade().migration
