"""Scheduled Lambda handler: rolls back what is worse than allowed, and takes the next step where that is automatic."""

from lambdas.categorization_facade.definition import facade

handler = facade().guard
