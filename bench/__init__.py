"""Benchmarks, each a section that prints tables: `python -m bench [SECTION...] [--corpus DIR]`."""
