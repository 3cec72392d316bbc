"""Dialogs that several screens open; one that a single screen opens stands beside that screen.

ask           a question with answers      save_dialog   where to save; may a file be replaced
leave_dialog  what becomes of a run that is left         more_epochs   how much longer to train
"""
