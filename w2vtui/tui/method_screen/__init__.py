"""The Method screen: the chapter's formulas at work in this run, a tab for each.

screen.py holds the tabs, their keys, and the thread in which they compute; pane.py says what a tab
declares; panels/ has a file for each.
"""
