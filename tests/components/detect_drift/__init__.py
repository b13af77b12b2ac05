"""Watching what a model is given and what it says."""
