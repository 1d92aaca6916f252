"""The web application: accounts, projects, images, meshes, and who did what to them."""
