"""Rows beside those that a model was trained on: what validation and monitoring share."""
