"""The method on the vectors of a run: noise, tree, one step, and how far each is from the softmax.

Everything here is computed by the kernels that train, from what a run trains with. Symbols are
those of `w2v_kernels`. No screen is imported.
"""
