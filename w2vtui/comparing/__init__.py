"""What differs between runs, or files of vectors.

sides          what is compared: a run that trains, a saved run, a file      letters   their names
shared         the words that all sides have      setting_rows   settings that differ
comparison     sides with their vectors read     facts          how far each is, how good
overlap        nearest words in common            curves         of losses and scores
moved          words that differ most, once the vectors are rotated onto each other
judging/       which of two runs is better, by each yardstick, and how sure that is
stability      nearest words that any seed gives      seeds     runs that differ by the seed alone
"""
