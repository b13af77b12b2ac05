"""Rows cut into folds, and what is fitted on one side of a fold to say of the other."""
