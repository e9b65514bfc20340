"""How well changes reach production, by unit: the measures of DORA, from records that exist anyway."""
