"""Django's SQLite, with writers who come first being served first."""
