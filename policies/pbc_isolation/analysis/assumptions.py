"""What the proof rests on and does not look at. Every report that there is no violation comes with it."""

ASSUMPTIONS = (
    "Whoever deploys is trusted: roles that are not in this stack (deployers, administrators) are not judged.",
    "The account has no other stack that gives this stack's roles anything: judge each stack of an account.",
    "Service control policies, resource control policies and session policies are credited with nothing.",
    "What code makes of a value that no preview knows is judged at the update, before the resource is made.",
    "AWS itself keeps to its documented policy evaluation.",
    "What code does with data of its own unit is not judged: it could publish it, or log it.",
    "Services in iam/key_services.yaml use a key only for the resource that they name in the encryption context.",
    "Actions in the section `harmless` of iam/classes.yaml give no data away, on whatever resource.",
)
