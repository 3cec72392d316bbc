"""What differs between runs, or files of vectors.

sides      what is compared: a run that trains, a saved run, a file
"""
