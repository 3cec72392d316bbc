"""The Tree tab: the Huffman path of a word, and the sum over all leaves."""
