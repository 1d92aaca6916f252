"""The ways the application runs."""
