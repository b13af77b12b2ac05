"""Bring a version to serve, where what served before does until it is ready."""
