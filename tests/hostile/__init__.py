"""Malicious input, with one module for each kind of input."""
