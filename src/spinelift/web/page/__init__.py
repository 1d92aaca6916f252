"""The page that people use: its files, which `editor/` is built into, as they are served."""
