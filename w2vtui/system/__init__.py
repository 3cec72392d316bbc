"""The machine and the system around the program.

resources   the cores and the memory that this process may use, and its folders
cores       who works on the cores
shortage    what to say when there is no more memory
signals     signals, for the length of a block
streams     stdout and stderr, which must not hold up the end

Loads nothing: some of it is needed before anything slow.
"""
