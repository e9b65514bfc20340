"""What the units of the system share, and all they share: events they publish and capabilities they expose.

A module a unit, named like the unit. A contract says *what* crosses a boundary and *who* may ask; it never says how.
`pbckit.contracts.catalogue` lists them all; the JSON Schemas in `contracts/schemas/` are generated from them.
"""
