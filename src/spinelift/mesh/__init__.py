"""The core: arrays in, meshes out. Knows no files, clock, log or framework."""
