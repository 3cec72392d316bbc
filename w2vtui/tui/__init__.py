"""The screens: a run watched and steered from the terminal.

    app.py          the program: keys that work everywhere, signals, leaving; `run_app`
    new_run.py      first screen: text and settings      preview.py, command_line.py, sources.py
                    survey.py       looks at the text; words.py  what it is, and what a run needs
                    file_picker.py  looks for a text among the files
                    run_list.py     runs that are kept, to go on with
    train.py        the run: curve, live settings, watched words, quality, events
                    panes.py        which pane has the focus; staging.py  changes and their cost
                    command_table.py  what the command line understands
    dialogs.py      save, stop, quit, help            watch_dialog.py  the watched words
                    leaving.py      what becomes of a run that is left
    keys.py         every key, and those given anew   commands.py  what help and palette list
    themes.py       colours, readable whatever the theme
    session.py      a run and what the screens keep beside it
    controls.py     settings as controls, made from the fields of settings.py
    figures.py      numbers in constant width            pace.py  how often the screen looks
    glyphs.py       braille, blocks or ASCII             curves.py  smoothing, and what was measured
    picture.py      exports a picture of the train screen
    widgets/        each takes plain values and draws them

Screens pull: a timer reads one frozen snapshot, and what changed is drawn. A run never waits for a
screen. Nothing here is imported by the rest of the program but `cli`; the engine is imported in a
thread, after the first paint.
"""
