"""Evaluate a model on the test split."""
