"""Requests to URLs that somebody named to us, and signed messages that are sent there."""
