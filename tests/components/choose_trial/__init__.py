"""Choosing among the trials of all parts of a search."""
