"""Files and folders that appear whole or not at all: written under another name, then renamed.

atomic   one file at a time        file_drafts   several       folder_drafts   a folder
"""
