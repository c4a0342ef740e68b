"""Malicious input, with one module for each way by which it can come in."""
