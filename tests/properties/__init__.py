"""Properties that hold for all values, tested with hypothesis."""
