"""The system before this one, as one finds it: one function that does everything, and one table. See README.md.

The service imports this package in Lambda, where there is no Pulumi: what deploys it stands in `infrastructure`.
"""
