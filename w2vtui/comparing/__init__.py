"""What differs between runs, or files of vectors.

sides          what is compared: a run that trains, a saved run, a file      letters   their names
shared         the words that all sides have      setting_rows   settings that differ
comparison     sides with their vectors read     facts          how far each is, how good
overlap        nearest words in common            curves         of losses and scores
moved          words that differ most, once the vectors are rotated onto each other
verdict        which of two runs is better, by each yardstick, and how sure that is
judgments      what a verdict says, in words
yardsticks     answers of both to the same questions    probing   those of the probe
same_cost      the probe after the same tokens, or seconds
paired         how sure the mean of paired differences is
stability      nearest words that any seed gives      seeds     runs that differ by the seed alone
"""
