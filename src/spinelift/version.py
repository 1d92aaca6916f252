"""The engine's version: part of every cache key, because other code may give other bytes."""

__version__ = "0.1.0"
