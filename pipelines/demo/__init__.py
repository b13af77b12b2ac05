"""The whole life of a model, as a walk through the commands on the shipped data."""
