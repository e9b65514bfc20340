"""Deploys the program to the embedded AWS with the AWS provider that Pulumi's is made from, driven by Terraform."""
