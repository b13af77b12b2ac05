"""Fits an estimator from the allow-list, and writes the model folder."""
