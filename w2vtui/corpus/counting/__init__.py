"""The first pass over a text: what its types are, and how often each occurs.

first_pass   which of these a text needs
counting     the runs between white space, on several threads (side_by_side)
kmers        k-mers of sequences            sentences    tokens that come from Python (token_ids)
type_table   the types, in the arrays of the kernels
long_tokens  leaves out what is too long to be a word
"""
