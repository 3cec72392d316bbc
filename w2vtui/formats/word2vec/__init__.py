"""word2vec's layouts, text and binary, as many tools write them.

word2vec_text, word2vec_binary   read them       word2vec_writers  writes them
text_rows                        a word and its numbers as text
blank_words                      words with blanks, where a blank ends a word
"""
