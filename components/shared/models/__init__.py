"""Estimators, and the folders that fitted models live in."""
