"""What is chosen on the screens: a text and settings, and the command line that is the same.

form      what is chosen on the first screen     controls            settings as controls
sources   what the corpus field names            equivalent_command  the same as a command line
"""
