"""Many meshes: a pool of killable processes, batches, and the cache."""
