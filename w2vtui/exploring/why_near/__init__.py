"""Why two words are near: the contexts that they share, and the lines of text that taught it.

why              the answer                     why_text     the answer in words
reasons          the answers of a run, while it trains; trained_windows: its windows
contexts         the contexts of a word as training meets them, and how strongly each is one
concordance      lines of the text with a word in the middle
occurrences      where words occur in the text; word_positions: an index of that
"""
