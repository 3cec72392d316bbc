"""The Python class: gensim 4's `Word2Vec`, so that a script changes one import.

model   the class: its constructor, and the vectors that it trained
"""

from w2vtui.word2vec.model import Word2Vec

__all__ = ["Word2Vec"]
