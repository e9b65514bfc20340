"""Judges: checks of the program's graph against what AWS documents, without AWS.

The embedded AWS accepts more than AWS does. A judge compares the graph with a published source instead: AWS's API
models, its service authorization reference, its documented quotas. Each judge is a module with a `JUDGE`;
`pbckit.judges.registry` lists them.
"""
