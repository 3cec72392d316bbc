"""The explore screen: what the vectors know, of the run that trains, of a saved run or of a file.

    screen      layout, keys, tabs
    viewing     the view that every pane shows   questioning   the question that every pane answers
    exporting   writes answers and vectors       answer_*      an answer as rows, and these as text
    answering   what the neighbors pane shows    rank_history  how its words have moved
    pane        what a pane is: computes in the background, draws what it computed
    panels/     neighbors, map, word card, analogies, clusters, why, drift, timeline

A pane that is hidden computes nothing. `w2vtui.exploring` knows the answers; panes draw them.
"""
