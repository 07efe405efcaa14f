"""Measures tap-acton against other programs that read the same; `make bench`, docs/performance.md.

Not part of the package: nothing here is installed.
"""
