"""Properties that hold whatever the values are, with hypothesis."""
