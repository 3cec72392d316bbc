"""Widgets that both screens use.

    chart, canvas, plot   a curve of small dots: the widget, its cells, what it shows
    spark                 a curve in one line of text
    setting_rows          a list of settings to change
    panel, key_bar, tab_bar

Each takes plain values and draws them; none knows a run.
"""
