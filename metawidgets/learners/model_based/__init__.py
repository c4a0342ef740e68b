"""Model-based learners: they adapt through a memory, a hidden state or a context; their weights do not change."""
