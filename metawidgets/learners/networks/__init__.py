"""Networks that learners adapt or compare with, and whose batch statistics an image is normalised by."""
