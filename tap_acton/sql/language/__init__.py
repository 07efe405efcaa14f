"""CData's SQL: statements, and how SQLite says them."""
