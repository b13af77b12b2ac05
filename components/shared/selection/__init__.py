"""Choosing among candidates by what they reach on folds of the training rows."""
