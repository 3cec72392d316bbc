"""An encoded corpus on disk, mapped into the memory.

encoded   word ids, and where sentences begin     storage      its files, checked
draft     where they are written                  array_files  those of arrays
cache     saved for the next time
"""
