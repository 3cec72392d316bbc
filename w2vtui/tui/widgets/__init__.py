"""What the screens are made of. Each widget takes plain values and draws them; none knows a run."""
