"""The panes of the Compare screen."""
