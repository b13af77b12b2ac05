"""Rows beside those that a model was trained on."""
