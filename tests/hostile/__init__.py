"""Input that means harm, one module for each door by which it comes in."""
