"""What several screens are made of, besides widgets.

panes      focus, tabs, one pane large     jump      a letter over each pane leads to it
header     the run in one line, as text    run_line  that line at the top of a screen
computing  the background thread of a screen
coverable  a screen that draws nothing while another one covers it
"""
