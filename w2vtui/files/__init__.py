"""Files that are read, of any kind but the text that is trained on.

regular_files   the one door for opening them
foreign_files   what a file is that is not what was asked for
tables          rows and columns in text files
reports         what a reader left out, and who hears of it

Loads nothing: some of it is needed before anything slow.
"""
