"""Metrics with their uncertainty, and what is decided by them."""
