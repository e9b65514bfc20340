"""Capability `categorize`, answered in the stead of merchant-categorization."""

from lambdas.categorization_facade.definition import facade

handler = facade().answer
