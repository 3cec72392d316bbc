"""What belongs to processors, not to word2vec: compiling, vector registers, emitted loops."""
