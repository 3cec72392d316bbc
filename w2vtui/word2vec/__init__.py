"""The Python class: gensim 4's `Word2Vec`, so that a script changes one import.

arguments          gensim's names, checked, as settings of this program
trim_rules         rules of the caller's own that keep or drop words
word_choice        which words of a text become the vocabulary
state              what a model holds between two calls
weights            its matrices, made for the vocabulary and grown with it
vocabulary_calls   build_vocab, scan_vocab, prepare_vocab and others
callbacks          what is called between epochs; epochs.py stops the run there
training_calls     train; following.py shows its progress
resuming_calls     saves the constructor's training in a folder as it goes; resume
scoring_calls      score, predict_output_word
saving_calls       save, load
showing_calls      what a model shows of itself
model              the class, and the arguments that it is made with
"""

from w2vtui.word2vec.callbacks import CallbackAny2Vec
from w2vtui.word2vec.model import Word2Vec
from w2vtui.word2vec.trim_rules import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP

__all__ = ["RULE_DEFAULT", "RULE_DISCARD", "RULE_KEEP", "CallbackAny2Vec", "Word2Vec"]
