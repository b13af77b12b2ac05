"""What a stock MLflow client reads of the registry: models, versions, aliases and their files."""
