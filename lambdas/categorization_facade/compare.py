"""Lambda handler on the facade's own queue: compares both sides, off the caller's path."""

from lambdas.categorization_facade.definition import facade

handler = facade().compare
