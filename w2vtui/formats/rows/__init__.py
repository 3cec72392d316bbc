"""Rows of vectors on their way between a file and the program, whatever its layout.

records   the rules for headers, words and numbers    blocks   some rows at a time
settling  what becomes of blank words and repeats     remarks  what was left out or mended
digits    numbers as text
"""
