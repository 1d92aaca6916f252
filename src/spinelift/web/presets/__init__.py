"""Named sets of parameters: SpineLift's, one's own, and a project's."""
