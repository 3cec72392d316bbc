"""The vocabulary of a model: counted in a corpus, or given as counts; chosen, and added to."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from pathlib import Path

import numpy as np

from w2v_kernels.sizes import row_length
from w2vtui.corpus import Census, RawCounts, Vocab, count_files, count_sentences
from w2vtui.errors import CorpusError, NotReadyError, SettingsError, WrongTypeError
from w2vtui.line_sentences import files_instead
from w2vtui.settings import MAX_WORKERS
from w2vtui.training.costs.estimate import WORD_BYTES
from w2vtui.word2vec.arguments import checked_sample
from w2vtui.word2vec.state import Sentences, check_one_corpus, of_gensim_3
from w2vtui.word2vec.trim_rules import TrimRule
from w2vtui.word2vec.weights import Weights
from w2vtui.word2vec.word_choice import NULL_WORD, WordChoice, report


class VocabularyCalls(Weights):
    """Scans a corpus, chooses the words, and begins or extends the vectors."""

    def build_vocab(
        self,
        corpus_iterable: Sentences | None = None,
        corpus_file: str | Path | None = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        *,
        sentences: Sentences | None = None,
    ) -> None:
        """Count the words of a corpus, choose the vocabulary, and begin its vectors.

        corpus_iterable   sentences, each a list of words; read once
        corpus_file       a text file, a sentence a line, in place of sentences
        update            add what is new to the words that are there: old vectors stay, new words
                          begin at random, and counts are added up
        keep_raw_vocab    leave `raw_vocab` as it is afterwards
        trim_rule         from a word, its count and min_count to RULE_DEFAULT, RULE_DISCARD or
                          RULE_KEEP; not saved with the model
        progress_per      taken for gensim's sake
        sentences         gensim 3's name of corpus_iterable

        Raises:
            WrongTypeError: neither corpus or both are given.
            CorpusError: the corpus cannot be read, or no word is left.
            NotReadyError: `update`, and there is nothing to add to.
        """
        corpus_iterable = of_gensim_3(corpus_iterable, sentences)
        check_one_corpus(corpus_iterable, corpus_file)
        self._check_idle()
        self._check_rule(trim_rule)
        if update:
            self._check_can_grow()
        total, count = self.scan_vocab(corpus_iterable, corpus_file, progress_per)
        if not self.raw_vocab:
            raise CorpusError("there are no words in the corpus")
        self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule)
        self.corpus_total_words, self.corpus_count = total, count

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[str, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Build the vocabulary from words and their counts, as `build_vocab` does from a corpus.

        corpus_count   the sentences of the corpus, 0 if that is not known

        Raises:
            SettingsError: a word is not text, or a count not a whole number from 0 on.
            CorpusError: no word is left.
        """
        self._check_idle()
        self._check_rule(trim_rule)
        if update:
            self._check_can_grow()
        self.raw_vocab = _checked_counts(word_freq)
        self.prepare_vocab(update=update, keep_raw_vocab=True, trim_rule=trim_rule)
        self.corpus_count, self.corpus_total_words = corpus_count or 0, sum(word_freq.values())
        if not keep_raw_vocab:
            self.raw_vocab = {}

    def scan_vocab(
        self,
        corpus_iterable: Sentences | None = None,
        corpus_file: str | Path | None = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count the words of a corpus into `raw_vocab`; return its tokens and its sentences.

        max_vocab_size is exact: that many of the most frequent words stay. The last three arguments
        are taken for gensim's sake; rules are applied by `prepare_vocab`.

        Raises:
            WrongTypeError: neither corpus or both are given.
            CorpusError: the corpus cannot be read.
        """
        check_one_corpus(corpus_iterable, corpus_file)
        raw: RawCounts
        if files := files_instead(corpus_iterable, self._corpus_settings()):
            raw = count_files(files, self._corpus_settings())
        elif corpus_iterable is not None:
            raw = count_sentences(corpus_iterable, self._corpus_settings())
        else:
            raw = count_files([str(corpus_file)], self._corpus_settings())
        words, counts = raw.tokens, raw.counts
        stay = self._word_choice(None).most_frequent(words, counts)
        if stay is not None:
            words, counts = [words[index] for index in stay.tolist()], counts[stay]
        self.raw_vocab = dict(zip(words, counts.tolist(), strict=True))
        return raw.n_tokens, raw.n_sentences

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]:
        """Choose the vocabulary from `raw_vocab`, and begin its vectors.

        min_count, sample   in place of the model's, which they become
        dry_run             change nothing: report what would be
        others              as in `build_vocab`

        Returns what is left of the text: drop_unique, retain_total, downsample_unique,
        downsample_total (expected tokens after subsampling), num_retained_words.

        Raises:
            NotReadyError: no corpus was scanned, or `update` and there is nothing to add to.
            CorpusError: no word is left.
        """
        self._check_idle()
        if update:
            self._check_can_grow()
        min_count = min_count or self.min_count
        sample = checked_sample(sample or self.sample)
        words = list(self.raw_vocab)
        counts = np.fromiter(self.raw_vocab.values(), np.int64, len(words))
        chosen = self._word_choice(trim_rule, min_count).of(words, counts)
        found = report(counts, chosen, sample)
        if dry_run:
            return found
        if not words and not update:
            raise NotReadyError("there are no words to choose from: scan a corpus first")
        self.min_count, self.sample = min_count, sample
        names = [words[index] for index in chosen.tolist()]
        if update:
            self.effective_min_count = min_count
            self._add_words([word for word in names if word not in self.wv], self.raw_vocab)
        else:
            if not names:
                raise CorpusError(
                    f"no word occurs {min_count} times or more ({counts.sum():,} tokens): "
                    "lower min_count"
                )
            self._begin_vocabulary(Vocab(names, counts[chosen]))
        if not keep_raw_vocab:
            self.raw_vocab = {}
        return found

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """The memory of a vocabulary and its vectors while they train, in bytes.

        vocab_size   V; those of the present vocabulary without it
        report       a dict to add the figures to

        Returns vocab, vectors, syn1 or syn1neg, and total. The text and the program come on top.
        """
        n_words = len(self.wv) if vocab_size is None else vocab_size
        row, live = 4 * row_length(self.vector_size), self._live()
        found = {} if report is None else report
        found["vocab"] = WORD_BYTES * n_words
        # The model's, in rows of D, and those that train, in rows that are padded.
        found["vectors"] = (4 * self.vector_size + row) * n_words
        found["syn1" if live.walks_tree else "syn1neg"] = found["vectors"] + row * MAX_WORKERS
        parts = ("vocab", "vectors", "syn1", "syn1neg")
        found["total"] = sum(found[part] for part in parts if part in found)
        return found

    def _begin_vocabulary(self, vocab: Vocab) -> None:
        """Use these words, with null_word's after them, and begin their vectors."""
        least = int(vocab.counts.min())
        is_cut = self.max_final_vocab is not None and len(vocab) == self.max_final_vocab
        self.effective_min_count = max(self.min_count, least) if is_cut else self.min_count
        self._set_vocabulary(self._with_null_word(vocab))

    def _choose(self, census: Census, *, rule: TrimRule | None) -> Vocab:
        """The vocabulary from all tokens of a text, chosen as `build_vocab` chooses it."""
        words, counts = census.tokens, census.counts
        choice = self._word_choice(rule)
        stay = choice.most_frequent(words, counts)
        if stay is not None:
            words, counts = [words[index] for index in stay.tolist()], counts[stay]
        chosen = choice.of(words, counts)
        names = [words[index] for index in chosen.tolist()]
        return self._with_null_word(Vocab(names, counts[chosen]))

    def _word_choice(self, rule: TrimRule | None, min_count: int | None = None) -> WordChoice:
        """How words are chosen now."""
        return WordChoice(
            min_count=self.min_count if min_count is None else min_count,
            max_final_vocab=self.max_final_vocab,
            max_vocab_size=self.max_vocab_size,
            is_sorted=bool(self.sorted_vocab),
            rule=rule,
        )

    def _with_null_word(self, vocab: Vocab) -> Vocab:
        if not self.null_word or NULL_WORD in vocab.words:
            return vocab
        return Vocab([*vocab.words, NULL_WORD], np.append(vocab.counts, 1))

    def _check_can_grow(self) -> None:
        if not len(self.wv):
            raise NotReadyError(
                "you cannot do an online update of a model without a vocabulary: build it from a "
                "first corpus, then update it with others"
            )

    @staticmethod
    def _check_rule(rule: object) -> None:
        """Refuse what cannot be called.

        Raises:
            WrongTypeError: it is not a function.
        """
        if rule is not None and not callable(rule):
            raise WrongTypeError(
                f"trim_rule must be a function of a word, its count and min_count, got {rule!r:.80}"
            )


def _checked_counts(word_freq: Mapping[str, int]) -> dict[str, int]:
    if not isinstance(word_freq, Mapping):
        raise WrongTypeError(
            f"word_freq must be a dict from words to counts, got {type(word_freq).__name__}"
        )
    for word, count in word_freq.items():
        if not isinstance(word, str) or not word:
            raise SettingsError(f"word_freq must have words as keys, got {word!r:.80}")
        if not isinstance(count, Integral) or isinstance(count, bool) or count < 0:
            raise SettingsError(
                f"word_freq must have whole numbers from 0 on as counts, got {count!r:.80} for "
                f"{word!r:.80}"
            )
    return {word: int(count) for word, count in word_freq.items()}
