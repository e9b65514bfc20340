"""The desk: what a unit lets operators see and mend of itself. The same code in every unit, within its own boundary."""
