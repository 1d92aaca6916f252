"""Who did what to what, when and from where: written with the deed, and never changed."""
