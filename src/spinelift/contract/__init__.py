"""What travels between those who want a mesh and those who make it."""
