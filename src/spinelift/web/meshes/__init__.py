"""The meshes of images: each version as it was asked for, made, edited and kept."""
