"""Putting the predictions of shards together."""
