"""Limits that the tests check for pages."""

SCRUB = 66
"""Milliseconds of the page's own thread for a step: twice what is asked for, since a busy processor takes longer for the same. The
figure itself is measured in benchmarks/components.py."""
