"""What a user sees of a run: its plan, how it goes, and what it came to."""
