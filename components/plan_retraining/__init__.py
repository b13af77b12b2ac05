"""Decide whether a registered model is trained again, why, on what and with which settings."""
