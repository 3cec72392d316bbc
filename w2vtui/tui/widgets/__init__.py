"""Widgets that both screens use.

    charts/               curves, of small dots or in one line
    setting_rows, _row    a list of settings to change, and one of them
    rows                  a list of lines, one of them pointed at
    panel, key_bar, tab_bar

Each takes plain values and draws them; none knows a run.
"""
