"""Estimators from a user's words to fitted ones: what training and choosing share."""
