"""Whether the benchmark counts right, on tiny art; never how long anything takes."""
