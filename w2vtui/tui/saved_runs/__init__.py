"""The list of saved runs: resume one, explore it, save its vectors, delete some.

    listed_runs   reads, chooses and orders  run_table     draws them
    run_rows      which lines it has         run_facts     what is said of one
    run_labels    marks, stars, notes, names run_branches  branches of one from an earlier moment
    run_list      resumes, saves, deletes    run_queries   asks a run for nearest words
    line_dialog   asks for a name, a note

The list is a dialog of five classes, each on the one before it: listed runs, table, labels,
branches, list.
"""
