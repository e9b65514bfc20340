"""Scheduled: rolls back what is worse than allowed."""

from lambdas.stock_facade.definition import facade

handler = facade().guard
