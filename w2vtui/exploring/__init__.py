"""What can be asked of word vectors, and the answers that screens and command line both show."""
