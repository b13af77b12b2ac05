"""Tests of fingerprint_source."""
