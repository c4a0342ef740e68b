"""Optimisation-based learners: they learn an initialisation, and sometimes step sizes, for a few gradient steps."""
