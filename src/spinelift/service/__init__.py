"""The mesh service: images in, meshes out, over HTTP."""
