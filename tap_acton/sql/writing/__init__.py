"""From INSERT, UPDATE, DELETE and UPSERT to changes of the account."""
