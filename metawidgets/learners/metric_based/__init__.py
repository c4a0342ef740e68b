"""Metric-based learners: they compare a query with the support set, in a learned space or with a learned metric."""
