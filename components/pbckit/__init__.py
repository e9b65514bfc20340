"""Packaged Business Capabilities on AWS: Pulumi components, Lambda runtime, contracts, a sandbox and a command."""
