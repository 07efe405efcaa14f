"""The Singer side: streams, their state, and what is written to a target."""
