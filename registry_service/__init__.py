"""The model registry: REST API, service, domain, and the stores under them."""
