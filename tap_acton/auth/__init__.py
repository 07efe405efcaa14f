"""Tokens: how they are got, kept, renewed and put on a request."""
