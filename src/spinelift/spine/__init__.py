"""The format: meshes to Spine documents and atlases, and back, as plain data."""
