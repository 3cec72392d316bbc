"""The first screen: choose a text and settings, and start.

    screen        layout, keys, start        draft        the text, settings and preset chosen
    tabs          panes that share a place   text_panels  preview, words, needs
    survey        reads and counts the text  preview      its first lines, or what is wrong with it
    text_report   figures as lines           zipf         the curve of its word counts
    path_input    a path with completions    preset_list  the presets
    file_picker   picks a text               run_list     saved runs: resume, save, delete
    run_table     reads and draws the runs   run_labels   marks, stars, notes, names
    run_rows      which lines it has         run_facts    what is said of one
    questions_dialog  chooses what vectors are scored on
    line_dialog   asks for a name, a note    run_queries  asks a run for nearest words

`survey` reads in threads; `screen` draws what the survey and the draft hold.
"""
