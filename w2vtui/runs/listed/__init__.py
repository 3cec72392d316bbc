"""The saved runs of a folder: found, read, shown as a table, named, removed.

listing   lists and finds runs            status     how far one is; statuses   all of them
table     as a table, the best marked     choosing   which, in which order
lineage   branches below what they left   renaming, removing
"""
