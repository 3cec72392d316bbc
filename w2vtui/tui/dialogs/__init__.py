"""Dialogs that several screens open; one that a single screen opens stands beside that screen.

save_dialog   a question with answers; where to save     more_epochs   how much longer to train
leave_dialog  what becomes of a run that is left
"""
