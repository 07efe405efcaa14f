"""From what a statement wants of a table to requests, and from replies to rows."""
