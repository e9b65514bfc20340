"""The runtimes: one folder a PBC, on the kernel in `pbckit.runtime`."""
