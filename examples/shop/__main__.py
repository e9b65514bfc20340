"""The shop: orders and inventory. A package in `pbcs/`, `offerings/` or `facades/` is a unit."""

from pbckit.infra.program import Program

Program(legacy={"legacy-warehouse": "legacy_warehouse"}).deploy()
