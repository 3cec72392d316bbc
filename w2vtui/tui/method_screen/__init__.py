"""The Method screen: the chapter's formulas at work in this run, a tab for each.

screen.py holds the tabs and their keys, following.py the thread in which they compute; pane.py says
what a tab declares; lines.py draws curves, columns and folded texts. Each tab has a folder: in
pane.py its keys, in result.py what it computes in the background, in drawing.py how it is drawn.
"""
