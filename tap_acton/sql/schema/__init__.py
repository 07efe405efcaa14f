"""The account as tables: which there are, and what their columns are called."""
