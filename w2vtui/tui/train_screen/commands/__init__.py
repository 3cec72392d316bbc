"""The commands of the command line.

setting_names   settings by the names that people type: `K 15 window 8`
command         what a command is, and what it needs of the screen
table           every command, and what it does
line            what a typed line means: it is completed, explained and carried out
"""
