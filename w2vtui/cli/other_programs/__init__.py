"""Command lines of other programs: word2vec.c's and word2phrase's are done (legacy), fastText's
answered with ours that do the same (fasttext).
"""
