"""Widgets that both screens use.

    chart, canvas, plot   a curve of small dots: the widget, its cells, what it shows
    lines_chart           several curves with letters
    scale                 the range of a curve, and what lies beyond it
    spark                 a curve in one line of text
    setting_rows, _row    a list of settings to change, and one of them
    rows                  a list of lines, one of them pointed at
    panel, key_bar, tab_bar

Each takes plain values and draws them; none knows a run.
"""
