"""The only HTTP session, the only place that waits, the only place that judges a reply."""
