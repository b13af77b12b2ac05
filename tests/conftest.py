"""Fixtures for all tests."""

from tests.registry_service.conftest import registry, registry_url

__all__ = ["registry", "registry_url"]
