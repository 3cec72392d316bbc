"""The Exact tab: each approximation beside the softmax."""
