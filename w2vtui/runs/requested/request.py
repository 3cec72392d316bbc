"""What a run is asked to do, by either front end: checked once, opened once."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vtui.config import settings_files
from w2vtui.corpus import EncodedCorpus, ReadingProgress, open_corpus, without
from w2vtui.errors import DiskError, SettingsError, W2vtuiError
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.formats import (
    Layout,
    check_words,
    files_of,
    holds_vectors,
    holds_words_of,
    save_classes,
    save_vectors,
    saved_layout,
    vocab_beside,
)
from w2vtui.runs.requested.choices import RunChoices
from w2vtui.runs.requested.given_vocab import GivenVocab, read_given_vocab
from w2vtui.runs.requested.saved import note_saved
from w2vtui.runs.requested.targets import Reads, check_targets, temporary_target
from w2vtui.runs.root import check_root, runs_folder
from w2vtui.training.engine.devices import check_device
from w2vtui.vectors import WordVectors
from w2vtui.vectors.word_classes import word_classes


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRequest(RunChoices):
    """A run as it was asked for: its text, its settings and its files."""

    sources: tuple[str, ...]
    """Files and folders; `-` is standard input."""
    output: str | None = None
    """Where the vectors go; None saves none."""
    save_vocab: str | None = None
    """Where the word counts go; None for the file beside the vectors."""
    read_vocab: str | None = None
    """A file with the words to train and their counts; None for those of the text."""
    classes: int | None = None
    """How many classes the words are grouped in, which are saved in place of the vectors."""
    cache: bool = True
    """Whether the encoded text is stored for the next run."""
    sweep: str | None = None
    """The sweep that it is a trial of, by name; the run is named after it."""
    trial: int = 0
    """Its number in the sweep, from 1; 0 for the best settings again, on the whole text."""
    is_stored: bool = False
    """Whether it was asked for earlier, so that `overwrite` does not mean its `save_vocab`."""

    # ---- its files

    @property
    def outputs(self) -> tuple[str, ...]:
        """The files that vectors and counts go to, in this order."""
        if self.output is None:
            return ()
        counts = [_home(self.save_vocab)] if self.save_vocab else []
        if self.classes is not None:
            return (_home(self.output), *counts)
        try:
            layout = saved_layout(_home(self.output), self.layout)
        except SettingsError:  # which `check_outputs` reports
            return _home(self.output), *(counts or [str(vocab_beside(_home(self.output)))])
        vectors, *words = map(str, files_of(_home(self.output), layout))
        if not (counts or words or layout.holds_counts):
            counts = [str(vocab_beside(vectors))]
        return (vectors, *words, *counts)

    def to(
        self, output: str | None, *, overwrite: bool = False, layout: str | None = None
    ) -> RunRequest:
        """The same with vectors saved to another file, or nowhere.

        layout   how they are laid out there, by name; None for what its ending stands for

        Unless it is the file that was asked for, the counts go beside them, and classes were not
        asked for.
        """
        overwrite = self.overwrite or overwrite
        if output == self.output and layout in (None, self.layout):
            return dataclasses.replace(self, overwrite=overwrite)
        return dataclasses.replace(
            self,
            output=output,
            layout=layout,
            save_vocab=None,
            classes=None,
            overwrite=overwrite,
        )

    def check(self) -> tuple[str, ...]:
        """Refuse what can be refused before anything is read; return the real paths of the outputs.

        Raises:
            SettingsError: an output has an unknown ending, or is a file that the run reads; or the
                device is not here.
            TargetTakenError: an output is a file that is not vectors, or not counts.
            VectorsError: the file of the vocabulary cannot be read.
            DiskError: an output, or the folder that was named for runs, cannot be written to.
        """
        outputs = self.check_outputs()
        check_device(self.training, self.live)
        self.given_vocab()
        if self.run_settings.checkpoints and self.run_settings.runs_dir is not None:
            check_root(runs_folder(self.run_settings.runs_dir))
        return outputs

    def check_outputs(self) -> tuple[str, ...]:
        """Refuse outputs that cannot be written, or only over a file that is needed; return their
        real paths.

        Raises:
            SettingsError: an output has an unknown ending, or is a file that the run reads.
            TargetTakenError: an output is a file that is not vectors, or not counts.
            DiskError: an output cannot be written.
        """
        if self.output == "":
            raise SettingsError("-o has an empty file name: give a name such as vectors.bin")
        if self.output is None:
            for flag, value in (("save-vocab", self.save_vocab), ("classes", self.classes)):
                if value:
                    raise SettingsError(f"--{flag} {value} needs -o FILE: give both")
            return ()
        vectors, *others = map(Path, self.outputs)
        vocab = [self.read_vocab] if self.read_vocab else []
        check_targets(
            vectors,
            others[-1] if self.save_vocab else None,
            Reads(
                self.sources,
                self.corpus_settings.encoding,
                (*self.question_files, *vocab, *settings_files()),
            ),
            overwrite=self.overwrite,
            are_counts_stored=self.is_stored and self.save_vocab is not None,
            layout=self._layout,
        )
        return tuple(os.path.realpath(path) for path in self.outputs)

    def is_saved(self, path: Path) -> bool:
        """Whether a file among the outputs was saved as one of them earlier, and is not text."""
        layout = self._layout
        return layout is not None and (
            holds_vectors(path, layout) or holds_words_of(path, Path(self.outputs[0]), layout)
        )

    @property
    def layout_name(self) -> str | None:
        """The name of the layout of the output; None if it holds no vectors.

        Raises:
            SettingsError: it is unknown.
        """
        return None if self._layout is None else self._layout.name

    @property
    def _layout(self) -> Layout | None:
        """The layout of the output; None if classes go there.

        Raises:
            SettingsError: it is unknown.
        """
        if self.output is None or self.classes is not None:
            return None
        return saved_layout(_home(self.output), self.layout)

    def save(self, vectors: WordVectors, run: Path | None = None, tokens: int = 0) -> None:
        """Write vectors and counts to the outputs, which are checked again: a file may have
        appeared there since; then note in the run's folder that they are saved.

        run      the run's folder; None for a run that is not saved
        tokens   training tokens of the run when it had these vectors

        Raises:
            W2vtuiError: they cannot be written, or only over a file that is needed.
        """
        self.check_outputs()
        path = self.outputs[0]
        counts = self.outputs[-1] if self.save_vocab else None
        if self.classes is None:
            files = save_vectors(vectors, path, layout=self.layout_name, vocab_path=counts)
        else:
            files = save_classes(vectors, word_classes(vectors, self.classes), path, counts)
        if run is not None:
            note_saved(run, tokens, files)

    def save_somewhere(
        self, vectors: WordVectors, run: Path | None = None, tokens: int = 0
    ) -> None:
        """Save the vectors; if that fails, save them to a temporary file before raising the error.

        Raises:
            DiskError: the vectors are not in the output; the message says where they are.
        """
        try:
            self.save(vectors, run, tokens)
        except (DiskError, SettingsError) as error:
            try:
                rescued = temporary_target(Path(self.outputs[0]).name)
                save_vectors(vectors, rescued, layout=self.layout_name)
            except (W2vtuiError, OSError):
                raise error from None
            raise DiskError(f"{error}; the vectors are safe in {rescued}") from error

    # ---- the run

    def read(self, progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        """Read the text, without the vectors and counts that an earlier run saved among it.

        Raises:
            CorpusError: it cannot be read, or leaves nothing to train on.
            VectorsError: it has a word that cannot be saved.
        """
        saved = [os.path.realpath(path) for path in self.outputs]
        texts = without(self.sources, saved, self.corpus_settings, self.is_saved)
        given = self.given_vocab()
        corpus = open_corpus(
            texts,
            self.corpus_settings,
            vocab=None if given is None else given.vocab,
            progress=progress,
            stop=stop,
            cache=self.cache,
            workers=self.live.workers,
        )
        if given is not None:
            corpus = dataclasses.replace(corpus, hints=(*corpus.hints, *given.hints))
        return self.checked(corpus)

    def given_vocab(self) -> GivenVocab | None:
        """The vocabulary to train; None if it is that of the text.

        Raises:
            VectorsError: its file cannot be read, or holds no word that is frequent enough.
        """
        if self.read_vocab is None:
            return None
        return read_given_vocab(_home(self.read_vocab), self.corpus_settings)

    def checked(self, corpus: EncodedCorpus) -> EncodedCorpus:
        """The corpus, once it is known that its words can be saved.

        Raises:
            SettingsError: there are fewer words than classes.
            VectorsError: there is an output, and no file of vectors can hold one of the words.
        """
        n_words = len(corpus.vocab)
        if self.classes is not None and self.classes > n_words:
            raise SettingsError(
                f"--classes must be at most the {n_words:,} words of {corpus.name}, got "
                f"{self.classes:,}"
            )
        if self.output is not None:
            check_words(corpus.vocab.words, self._layout)
            if self.save_vocab:
                check_words(corpus.vocab.words)
        return corpus

    def scored_on(self, files: QuestionFiles) -> RunRequest:
        """The same with these files of questions, by paths that mean the same in another folder."""
        return dataclasses.replace(
            self,
            pairs=absolute(files.pairs),
            analogies=absolute(files.analogies),
            sessions=absolute(files.sessions),
            questions=files.options,
        )

    def absolute(self) -> RunRequest:
        """The same with paths that mean the same in another folder."""
        return dataclasses.replace(
            self,
            sources=absolute(self.sources),
            output=None if self.output is None else absolute(self.outputs[:1])[0],
            layout=self.layout_name,  # a path without the / of a folder
            save_vocab=None if self.save_vocab is None else absolute(self.outputs[-1:])[0],
            read_vocab=self.read_vocab and absolute([_home(self.read_vocab)])[0],
        ).scored_on(self.question_files)


def absolute(paths: Sequence[str]) -> tuple[str, ...]:
    """Paths that mean the same in another folder; - stays standard input."""
    return tuple(path if path == "-" else str(Path(path).absolute()) for path in paths)


def _home(path: str) -> str:
    """A path with ~ as the home folder."""
    return os.path.expanduser(path)  # noqa: PTH111 - a / at the end, which says folder, stays
