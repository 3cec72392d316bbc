"""Options of the command line.

setting_options   one for each setting, and settings made of what was given
verb_options      groups that verbs share     file_options   files that are read besides the text
run_vectors       the saved run that VECTORS names, and its vectors
readers           from text to values

Loads nothing slow: `--help` must appear at once.
"""
