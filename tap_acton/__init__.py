"""Act-On for data engineers: a Singer tap, a SQL connector, and a simulator of the API."""
