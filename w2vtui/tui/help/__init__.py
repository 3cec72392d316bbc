"""The help and the palette: what can be done at this moment, and by which key.

entries   what both list     screen   the help     palette   the lines of the palette
"""
