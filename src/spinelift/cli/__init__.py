"""The command line: each command parses, calls the library, and translates its errors."""
