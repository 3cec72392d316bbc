"""Word vectors with the surface of gensim 4's KeyedVectors, so that a script changes one import."""

from w2vtui.keyed_vectors.keyed_vectors import KeyedVectors

__all__ = ["KeyedVectors"]
