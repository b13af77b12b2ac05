"""The tuning pipeline."""
