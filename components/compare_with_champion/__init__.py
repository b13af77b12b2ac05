"""Decide whether a model may take the champion's place."""
