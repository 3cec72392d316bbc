"""How the map pane draws.

window        the part of the plane that is shown
moving        keys and mouse that move it
result        what is computed, in the background
scene         what is drawn
drawing       dots, trails and labels in the cells of a terminal
looks         their styles
trails        where chosen words were
axes_dialog   asks for the words of two axes
"""
