"""Chooses the estimator by cross-validation on the training rows."""
