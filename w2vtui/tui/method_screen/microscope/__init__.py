"""The Microscope tab: one training step in slow motion.

pane          its keys
bench         makes the step that is wanted, in the background
result        what is shown of it
step_diagram  draws it
mode_table    draws the same token in all modes
step_lines    what both draw
"""
