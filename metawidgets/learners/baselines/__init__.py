"""Baselines that have no training before the episode."""
