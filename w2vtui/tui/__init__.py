"""The screens: a run is set up, watched and changed from the terminal.

    launch        shows the app, ends its run      app            what it begins with; its help
    app_base      what screens ask of the app      app_parts/     from screen to screen; leaving
    messages      what screens post to the app     run_line       the run in one line, on the others
    first_screen/ text, settings                   train_screen/  the run
    saved_runs/   the list of saved runs           sweep_screen/  the trials of a sweep
    explore_screen/ what the vectors know          method_screen/ how they are trained
    compare_screen/ runs side by side
    panes, jump   focus, tabs, one pane large      header         the run in one line, as text
    dialogs       questions, save, help            shutdown       what happens to a run that is left
    keys          default and configured keys      scopes         which keys are active together
    help          contents of help and palette     sessions/      a run and what the screens add
    controls      settings as controls             sources        what the corpus field names
    themes        readable colors                 glyphs         braille, blocks or ASCII
    inks          colors that mean something
    numbers       numbers in constant width        equivalent_command  the same as a command line
    picture       exports the train screen         widgets/       take plain values and draw them

Screens pull: a timer reads one frozen snapshot, and what has changed is drawn. A run never waits
for a screen. Only `cli` imports this package. Imports run one way, from `launch` down to
`numbers`; an import inside a function keeps NumPy or Numba out of the first paint.
"""
