"""Act-On for data engineers: a Singer tap, and a simulator of the API."""
