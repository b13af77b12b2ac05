"""Registered versions that answer requests: where they are served, and since when."""
