"""What happens, told while it happens: one log, read in four ways."""
