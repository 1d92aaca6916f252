"""Every document that we write, in the official runtimes."""
