"""Compares both sides, off the caller's path."""

from lambdas.stock_facade.definition import facade

handler = facade().compare
