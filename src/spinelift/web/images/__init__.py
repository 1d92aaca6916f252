"""The images of projects, and the files that they are kept in."""
