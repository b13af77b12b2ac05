"""The Kubeflow Model Registry API."""
