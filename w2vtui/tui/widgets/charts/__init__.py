"""Curves in the cells of a terminal.

chart, canvas, plot   a curve of small dots: the widget, its cells, what it shows
lines_chart           several curves with letters
scale                 the range of a curve, and what lies beyond it
spark                 a curve in one line of text
"""
