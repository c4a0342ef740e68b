"""Networks that learners use: encoders, the attributes that they may declare, and normalisation layers."""
