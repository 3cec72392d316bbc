"""The tabs of the Method screen."""
