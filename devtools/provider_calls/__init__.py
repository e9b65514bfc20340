"""Records what the AWS provider calls for each resource type, with Terraform against the embedded AWS."""
