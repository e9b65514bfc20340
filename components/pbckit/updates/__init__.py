"""Updates: what Pulumi's engine does when a deployed program changes, and what AWS makes of it. Needs neither.

A plan compares two graphs as the engine would: what is created, updated, replaced, deleted, and in which order.
Findings say which of these steps AWS or Pulumi refuses, and which lose something.
"""
