"""The screens: a run is set up, watched and changed from the terminal.

    launch        shows the app, ends its run      app            what it begins with; its help
    app_base      what screens ask of the app      app_parts/     from screen to screen; leaving
    messages      what screens post to the app     scopes         which keys are active together
    keys          default and configured keys      shutdown       what happens to a run that is left
    first_screen/ text, settings                   train_screen/  the run
    saved_runs/   the list of saved runs           sweep_screen/  the trials of a sweep
    explore_screen/ what the vectors know          method_screen/ how they are trained
    compare_screen/ runs side by side              help/          the help and the palette
    dialogs/      questions, save, more epochs     screen_parts/  panes, the line of the run
    sessions/     a run and what the screens add   chosen/        a text and settings, as chosen
    widgets/      take plain values and draw them  looks/         glyphs, colors, numbers
    terminal      Textual's driver, hardened       screenshot, picture  what is shown, as a file

Screens pull: a timer reads one frozen snapshot, and what has changed is drawn. A run never waits
for a screen. Only `cli` imports this package. Imports run one way, from `launch` down to
`looks`; an import inside a function keeps NumPy or Numba out of the first paint.
"""
