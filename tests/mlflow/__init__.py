"""A real MLflow, in an environment without this package."""
