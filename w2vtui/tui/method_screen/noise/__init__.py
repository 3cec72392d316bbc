"""The Noise tab: P(w) for any exponent, and what the run has drawn of it."""
