"""Bring a registered model into a pipeline, checked by its digest."""
