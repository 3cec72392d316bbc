"""A run as it trains, written to its folder.

recorder          follows a run, writes its checkpoints
run_folder        creates and locks the folder
run_log           what the run reports: events, metrics, how far it is
history_recorder  the vectors of past moments, on a thread of its own
unattended        a run that nobody watches
remains           what is left of a run, and how to continue it
"""
