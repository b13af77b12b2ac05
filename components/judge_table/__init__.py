"""Decide whether a table is fit for use, and for a model that is to read it."""
