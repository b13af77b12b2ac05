"""Tests of the real images, in a real container engine."""
