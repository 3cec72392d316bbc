"""The sweep screen: the trials of a sweep as they end, and which settings mattered so far."""
