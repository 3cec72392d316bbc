"""The first screen: choose a text and settings, and start.

    screen        layout, keys, start        choosing     takes choices, has the text read
    draft         the text, settings and preset chosen
    survey        reads and counts the text  preview      its first lines, or what is wrong with it
    text_report   figures as lines           text_panels  preview, words, needs
    zipf          the curve of word counts   tabs         panes that share a place
    path_input    a path with completions    preset_list  the presets
    file_picker   picks a text               questions_dialog  chooses what vectors are scored on

`survey` reads in threads; `screen` draws what the survey and the draft hold.
"""
