"""Every error a caller can meet, and the exit code the command line gives it.

    W2vtuiError                 1
    |-- SettingsError           2   a setting is unknown, out of range or of the wrong type
    |     |-- TargetTakenError      a file that is not vectors is where they are to go
    |     |-- WrongTypeError        an argument is not of a type that is taken (a TypeError)
    |     |-- NotReadyError         a model cannot do this in its state (a RuntimeError)
    |     |-- QuestionError         a line is not a question about words
    |     `-- MissingLibraryError   what is asked needs a library that is not installed
    |-- CorpusError             3   the corpus cannot be read, or leaves nothing to train on
    |     |-- ManyTypesError    6   it has too many distinct tokens for the memory
    |     `-- NoQuestionsFileError    there is no such file of questions
    |-- VectorsError            3   vectors cannot be read, or not answer what they are asked
    |     |-- UnknownWordError        a word has no vector
    |     |     `-- NotAWordError     what is asked about is not text
    |     |-- UnknownAttributeError   words have no such attribute
    |     `-- NoVectorsFileError      there is no such file
    |-- DivergedError           4   the loss is no longer a number; `train` and `resume` also end
    |                               with 4 when the vectors hold nothing
    |-- DiskError               5   an output cannot be written
    |-- RunError                2   the run is unknown, or cannot be resumed as asked
    |     |-- DamagedRunError   3   its saved files cannot be read
    |     `-- ChangedTextError      its text has changed
    |-- BackendError            1   the kernels cannot run with what they were given
    |     `-- OutOfMemoryError  6   there is not enough memory
    `-- ChildError              1   a program that was to be measured failed

A message says what was wrong, the value found, and what to do.
"""

from __future__ import annotations


class W2vtuiError(Exception):
    """Base of every error of this program."""

    exit_code = 1


class SettingsError(W2vtuiError, ValueError):
    """A setting is unknown, out of range or of the wrong type."""

    exit_code = 2


class MissingLibraryError(SettingsError, ImportError):
    """What is asked needs a library that is not installed."""


class TargetTakenError(SettingsError):
    """A file that is neither vectors nor counts is where they are to go; it may be replaced if the
    person says so.
    """

    def __init__(self, path: str, what: str = "") -> None:
        """what: what the file is not, where such a file would be replaced"""
        self.path = path
        self.fact = f"exists and is not {what}" if what else "exists"
        super().__init__(f"{path} {self.fact}: name another file, or replace it with --overwrite")


class WrongTypeError(SettingsError, TypeError):
    """An argument is not of a type that is taken there, or one is missing."""


class NotReadyError(SettingsError, RuntimeError):
    """A model cannot do this now: it has no vocabulary, is training, or has another objective."""


class QuestionError(SettingsError):
    """A line is not a question about words, or asks for something else than its form takes."""


class CorpusError(W2vtuiError):
    """The corpus cannot be read, or leaves nothing to train on."""

    exit_code = 3


class NoQuestionsFileError(CorpusError, FileNotFoundError):
    """There is no file of questions of this name."""


class NotSentencesError(CorpusError, TypeError):
    """Sentences from Python are not lists of words."""


class VectorsError(W2vtuiError, ValueError):
    """A file of vectors cannot be read, or is not what it says; or vectors cannot answer what they
    are asked.
    """

    exit_code = 3


class UnknownWordError(VectorsError, KeyError):
    """A word has no vector."""

    def __str__(self) -> str:  # str of a KeyError is the repr of the message
        return str(self.args[0]) if self.args else ""


class NotAWordError(UnknownWordError, TypeError):
    """What is asked about is not text."""


class UnknownAttributeError(VectorsError, KeyError):
    """Words have no attribute of this name."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class NoVectorsFileError(VectorsError, FileNotFoundError):
    """There is no file of vectors of this name."""


class DivergedError(W2vtuiError):
    """Training produced values that are not numbers."""

    exit_code = 4


class DiskError(W2vtuiError):
    """An output cannot be written."""

    exit_code = 5


class RunError(W2vtuiError):
    """The run is unknown, or cannot be resumed as asked."""

    exit_code = 2


class DamagedRunError(RunError):
    """The saved files of a run cannot be read."""

    exit_code = 3


class ChangedTextError(RunError):
    """The text that a run was trained on has changed."""

    def __init__(self, message: str, difference: str) -> None:
        """difference: what has changed, in words and tokens"""
        super().__init__(message)
        self.difference = difference


class BackendError(W2vtuiError):
    """The kernels cannot run with these inputs."""


class OutOfMemoryError(BackendError, MemoryError):
    """There is not enough memory."""

    exit_code = 6


class ManyTypesError(CorpusError, OutOfMemoryError):
    """There is not enough memory for the distinct tokens of a text."""

    exit_code = 6


class ChildError(W2vtuiError):
    """A program that was to be measured failed."""
