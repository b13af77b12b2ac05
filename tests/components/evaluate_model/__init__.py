"""Tests of evaluate_model."""
