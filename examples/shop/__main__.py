"""The shop: orders and inventory. To have a package in `pbcs/` is to be part of the program."""

from pbckit.infra.program import Program

Program().deploy()
