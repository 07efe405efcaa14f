"""Other programs that read the same; each runs in an environment of its own."""
