"""The two ways to have a mesh made: by children of this process, and by the mesh service.

Each is imported from its own module, so that whoever needs no service needs no HTTP either.
"""
