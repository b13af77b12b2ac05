"""What pipelines are: catalog, YAML, and what their steps need."""
