"""Tests of compare_with_champion."""
