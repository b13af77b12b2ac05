"""The unmodified `model-registry` client, in both of its generations."""
