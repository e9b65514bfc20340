"""categorization-facade at run time: what is particular to `categorize`. The rest is in `pbckit.strangler`."""
