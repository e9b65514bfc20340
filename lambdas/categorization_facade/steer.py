"""Capability `steer`."""

from lambdas.categorization_facade.definition import facade

handler = facade().steer
