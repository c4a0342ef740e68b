"""Baselines that learn from one episode alone."""
