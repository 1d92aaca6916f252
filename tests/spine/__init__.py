"""The format layer alone, without a runtime."""
