"""The platform's building blocks: a noun a file, each a Pulumi component that is right by construction.

The only room that imports `pulumi_aws`. Components know units and contracts' kinds, never a particular PBC.
"""
