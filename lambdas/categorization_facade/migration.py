"""Capability `migration`."""

from lambdas.categorization_facade.definition import facade

handler = facade().migration
