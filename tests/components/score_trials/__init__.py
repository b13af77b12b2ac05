"""Judging some of the trials of a search."""
