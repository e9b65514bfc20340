"""Capability `reservation`, answered in the stead of inventory."""

from lambdas.stock_facade.definition import facade

handler = facade().answer
