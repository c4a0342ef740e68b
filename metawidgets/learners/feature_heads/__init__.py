"""Classifiers on features that are computed at inference only: SimpleShot, and methods that use the queries of an episode together."""
