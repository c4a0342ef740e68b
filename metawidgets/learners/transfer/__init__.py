"""Transfer baselines: an encoder pretrained on all classes at once, and a new head for each task."""
