"""Capability `list-mismatches`."""

from lambdas.categorization_facade.definition import facade

handler = facade().list_mismatches
