"""Loss landscapes: a plane through parameter space with losses, inner-loop paths and meta-gradients on it."""
