"""The audit as people read it: each what concerns them, searched and exported."""
