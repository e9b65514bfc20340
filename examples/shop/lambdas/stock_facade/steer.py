"""Capability `steer`."""

from lambdas.stock_facade.definition import facade

handler = facade().steer
