"""Choosing among candidates by folds of the training rows."""
