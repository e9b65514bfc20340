"""Measurements, kept in `docs/benchmarks.md`. They run on demand (`make bench`) and assert nothing."""
