"""The Compare screen: two to six runs or files of vectors, side by side.

    screen      layout, keys                    following   reads the sides, has panes computed
    pane        what a pane is                  panels/     a file for each pane

`w2vtui.comparing` knows what differs; panes draw it.
"""
