"""The panes of the explore screen, one a file."""
