"""Scores on files of analogies and of word pairs, in the form of gensim's results; on sessions."""

from __future__ import annotations

import codecs
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from w2vtui.display import safe_text
from w2vtui.errors import CorpusError, NoQuestionsFileError, SettingsError
from w2vtui.evaluation.evaluate import KnownAnalogies, correlation, fold, ranks, rows_by_word
from w2vtui.evaluation.next_item import SessionsResult, evaluate_next_item
from w2vtui.evaluation.question_files import CONTEXT
from w2vtui.evaluation.questions import Pair, number, read_analogies
from w2vtui.evaluation.sessions import Session, read_sessions
from w2vtui.files.regular_files import AnyPath, content_of
from w2vtui.keyed_vectors.neighbors import Neighbors
from w2vtui.keyed_vectors.saving import check_there
from w2vtui.keyed_vectors.significance import Correlation, with_significance

Section: TypeAlias = dict[str, Any]
"""`section`, its name, `correct` and `incorrect`, lists of questions of four words."""

_TRIED = 5
"""How many answers of another way of asking are looked at for one that is not of the question."""
_MOST_BYTES = 1 << 26


class Evaluation(Neighbors):
    """Scores on questions in files."""

    def evaluate_word_analogies(
        self,
        analogies: AnyPath,
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[Section]]:
        """Answer the questions of a file: lines `: section` and `a b c d`, a is to b as c is to d.

        restrict_vocab        ask about the first words only
        case_insensitive      compare words in upper case; of several the first one counts
        dummy4unknown         take questions with words that are not there for wrong; else they are
                              left out
        similarity_function   the method that answers, `most_similar` or `most_similar_cosmul`

        Returns the share of right answers, and the sections, each with the questions that were
        answered right and wrong; the last is of all of them. Lines that are not questions are left
        out, with a warning; without any question with vectors the score is 0, with a warning.

        Raises:
            CorpusError: the file cannot be read or holds no question.
            SettingsError: restrict_vocab is below 1, or there is no such method.
        """
        check_there(analogies, NoQuestionsFileError)
        asked = read_analogies(
            analogies, skip_bad_rows=True, report=partial(warnings.warn, stacklevel=3)
        )
        known = KnownAnalogies(self.index_to_key, asked, restrict_vocab, case_insensitive)
        right: Sequence[Sequence[bool]]
        if similarity_function == "most_similar":
            right = [answers.tolist() for answers in known.right(self.vectors, self.norms)]
        else:
            ask = getattr(self, similarity_function, None)
            if not callable(ask):
                raise SettingsError(
                    "similarity_function must be most_similar or most_similar_cosmul, "
                    f"got {safe_text(similarity_function, 40)!r}"
                )
            right = [
                [self._is_right(ask, known, four, restrict_vocab) for four in section.rows]
                for section in known.sections
            ]
        sections = []
        for section, answers in zip(known.sections, right, strict=True):
            answered = dict(zip(section.covered, answers, strict=True))
            results: Section = {"section": section.name, "correct": [], "incorrect": []}
            for n, four in enumerate(asked[section.name]):
                if n in answered or dummy4unknown:
                    folded = tuple(fold(word, case_insensitive) for word in four)
                    results["correct" if answered.get(n) else "incorrect"].append(folded)
            sections.append(results)
        return _with_total(sections)

    def evaluate_word_pairs(
        self,
        pairs: AnyPath,
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Correlation, Correlation, float]:
        r"""Correlate the cosines of word pairs with people's scores: lines `word\tword\tscore`.

        delimiter          stands between the words and the score
        encoding           of the file
        restrict_vocab     take the first words only
        case_insensitive   compare words in upper case; of several the first one counts
        dummy4unknown      take 0 for the cosine of pairs with words that are not there; else they
                           are left out

        Returns Pearson's and Spearman's correlation, each with its two-sided p-value, and how many
        percent of the pairs have words that are not there. Lines that are not pairs are left out,
        with a warning, but for those that begin with #.

        Raises:
            CorpusError: the file cannot be read, or fewer than two pairs have vectors.
        """
        if restrict_vocab is not None and restrict_vocab < 1:
            raise SettingsError(f"restrict_vocab must be 1 word or more, got {restrict_vocab}")
        asked = _pairs_in(pairs, delimiter, encoding)
        row_of = rows_by_word(self.index_to_key[:restrict_vocab], case_insensitive)
        cosines, scores, n_unknown = [], [], 0
        for a, b, score in asked:
            rows = [row_of.get(fold(word, case_insensitive)) for word in (a, b)]
            if None not in rows:
                one, other = (self.index_to_key[row] for row in rows if row is not None)
                cosines.append(self.similarity(one, other))
            else:
                n_unknown += 1
                if not dummy4unknown:
                    continue
                cosines.append(0.0)
            scores.append(score)
        if len(scores) < 2:
            raise CorpusError(
                f"{len(scores)} of the {len(asked)} pairs in {os.fspath(pairs)} have vectors for "
                "both words, and a correlation needs two: check the language, and the case with "
                "case_insensitive"
            )
        x, y = np.array(scores, dtype=np.float64), np.array(cosines, dtype=np.float64)
        return (
            with_significance(correlation(x, y), len(x)),
            with_significance(correlation(ranks(x), ranks(y)), len(x)),
            100 * n_unknown / len(asked),
        )

    def evaluate_sessions(
        self,
        sessions: AnyPath | Iterable[Iterable[object]],
        context: int = CONTEXT,
        repeats: bool = False,
    ) -> SessionsResult:
        """How often the last item of a session is guessed from the items before it: hit rate among
        ten guesses, MRR and NDCG, beside those of the most frequent items. Not among gensim's.

        sessions   a file of lines `item item item`, or lists of items; an int is the item that
                   str makes of it
        context    how many items before the last it is guessed from
        repeats    whether an item that occurs before may be the last one as well, as in logs and
                   walks; else such sessions are left out

        Raises:
            CorpusError: the file cannot be read.
        """
        if isinstance(sessions, str | os.PathLike):
            check_there(sessions, NoQuestionsFileError)
            asked: Sequence[Session] = read_sessions(sessions)
        else:
            lists = (tuple(map(str, session)) for session in sessions)
            asked = [session for session in lists if len(session) > 1]
        return evaluate_next_item(self, asked, context=context, repeats=repeats)

    def _is_right(
        self,
        ask: Callable[..., Any],
        known: KnownAnalogies,
        four: Sequence[int],
        restrict_vocab: int | None,
    ) -> bool:
        """Whether a method answers the question of four rows right, the words of it left out."""
        a, b, c = (self.index_to_key[row] for row in four[:3])
        found = ask(positive=[b, c], negative=[a], topn=_TRIED, restrict_vocab=restrict_vocab)
        asked = {row for word in four[:3] for row in known.variants[word]}
        rows = (self.key_to_index[word] for word, _ in found)
        return next((row for row in rows if row not in asked), -1) in known.variants[four[3]]


def _with_total(sections: list[Section]) -> tuple[float, list[Section]]:
    """The share of right answers, and the sections with one of all questions after them."""
    total: Section = {"section": "Total accuracy"}
    for key in ("correct", "incorrect"):
        total[key] = [four for section in sections for four in section[key]]
    n_right, n = len(total["correct"]), len(total["correct"]) + len(total["incorrect"])
    if not n:
        warnings.warn("no question has a vector for each of its words: score 0", stacklevel=3)
    return n_right / max(n, 1), [*sections, total]


def _pairs_in(path: AnyPath, delimiter: str, encoding: str) -> list[Pair]:
    """The pairs of a file.

    Raises:
        CorpusError: it cannot be read, or no line is a pair.
    """
    check_there(path, NoQuestionsFileError)
    try:
        content = content_of(path, _MOST_BYTES).removeprefix(codecs.BOM_UTF8)
        lines = content.decode(encoding).splitlines()
    except (OSError, ValueError, LookupError) as error:
        raise CorpusError(f"cannot read {os.fspath(path)} as {encoding}: {error}") from error
    pairs, bad = [], []
    for line in lines:
        fields = [field.strip() for field in line.split(delimiter)]
        if len(fields) == 3 and all(fields[:2]) and not np.isnan(number(fields[2])):
            pairs.append((fields[0], fields[1], number(fields[2])))
        elif line.strip() and not line.startswith("#"):
            bad.append(line)
    if not pairs:
        example = f", got '{safe_text(bad[0], 60)}'" if bad else ""
        raise CorpusError(
            f"{os.fspath(path)} holds no word pairs: lines of word, word and score with "
            f"{delimiter!r} between them are expected{example}: delimiter=' ' gives another"
        )
    if bad:
        warnings.warn(
            f"{os.fspath(path)}: {len(bad)} lines are not pairs and are left out, first "
            f"'{safe_text(bad[0], 60)}'",
            stacklevel=3,
        )
    return pairs
