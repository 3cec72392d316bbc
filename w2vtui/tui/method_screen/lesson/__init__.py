"""The Lesson tab: eight pages through the chapter, with the figures of this run.

pane      its keys
pages     the pages: a formula, what it says, one thing to try
findings  what the run shows of each
formulas  formulas in the cells of a terminal
drawing   draws a page
learning  the run of `w2vtui learn`, slow enough to look at
"""
