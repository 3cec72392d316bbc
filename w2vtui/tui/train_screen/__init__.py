"""The train screen: a run, watched and steered while it trains.

    screen        layout, keys, command line    run_screen   looks at the run at its own pace
    actions       what the keys do              drawing      draws the panes that have changed
    changing      applies staged settings       staging      staged values, predicted cost
    branching     branches the run
    saving        vectors and checkpoints       watching     whose neighbors are followed
    commands      what can be typed after :     watch_dialog edits the watch words
    readouts      the run pane and the curve's ranges         hints   the line at the bottom
    event_rows    a change and its check in one row
    refresh_rate  how often the screen looks    smoothing    of the curves that are drawn
    panels/       loss, speed, watch words, events, quality, command line

`RunScreen` is the base; mixins on it hold the keys by topic; `TrainScreen` puts them together.
"""
