"""Sources of text: from what is on a disk to UTF-8 with a sentence on each line.

opening.py       the texts that a file holds, one after another
byte_stream.py   bytes, decompressed: compressed.py
text_stream.py   text in UTF-8, decoded
charsets.py      which encoding a text is in that is not UTF-8
segmenting.py    blanks between its tokens, where the text has none
looks.py         whether a file looks like text; packed.py  what it is otherwise
"""
