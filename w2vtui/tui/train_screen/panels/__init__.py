"""The panes of the train screen. Each takes plain values and draws them; none knows a run."""
