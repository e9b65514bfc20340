"""IAM as this pack needs it: documents, patterns, conditions, and who can do what to which resources."""
