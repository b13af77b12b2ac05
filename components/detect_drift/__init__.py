"""Decide whether what a model is given, and what it says, has moved since it was trained."""
