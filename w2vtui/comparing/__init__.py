"""What differs between runs, or files of vectors.

sides          what is compared: a run that trains, a saved run, a file
shared         the words that all sides have      setting_rows   settings that differ
overlap        nearest words in common            curves         of losses and scores
moved          words that differ most, once the vectors are rotated onto each other
"""
