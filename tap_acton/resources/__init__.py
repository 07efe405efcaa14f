"""What Act-On's API offers, as data: one `Resource` for each thing that can be read."""
