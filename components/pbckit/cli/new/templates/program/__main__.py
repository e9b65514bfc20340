"""The program: a unit is part of it by having a package in `pbcs/`, `offerings/` or `facades/`."""

from pbckit.infra.program import Program

Program().deploy()
