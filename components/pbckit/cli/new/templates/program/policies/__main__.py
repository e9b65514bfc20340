"""Serves the pack to the Pulumi engine. Serving blocks, so nothing else is done here."""

from pbc_isolation.serve import serve

serve()
