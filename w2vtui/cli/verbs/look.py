"""`w2vtui neighbors`, `analogy` and `evaluate`: what is asked of finished vectors."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from w2vtui.cli.output import report
from w2vtui.display import cell_width, pad, safe_text
from w2vtui.errors import SettingsError, UnknownWordError
from w2vtui.evaluate import (
    AnalogyResult,
    PairsResult,
    SectionResult,
    evaluate_analogies,
    evaluate_pairs,
    read_analogies,
    read_pairs,
)
from w2vtui.formats import load_vectors
from w2vtui.vectors import KeyedVectors, parse_query

Found = Sequence[tuple[str, float]]


def neighbors(arguments: argparse.Namespace) -> int:
    """Print the nearest words of each query; one unknown does not keep the others from theirs."""
    vectors = load_vectors(arguments.vectors)
    unknown: UnknownWordError | None = None
    found: dict[str, Found] = {}
    for query in arguments.words:
        try:
            if arguments.json:
                found[query] = nearest_words(vectors, query, arguments.n)
            else:
                print_neighbors(vectors, query, arguments.n)
        except UnknownWordError as error:
            if unknown is not None:
                report(f"w2vtui: {unknown}")
            unknown = error
    if arguments.json:
        _print_json(found)
    if unknown is not None:
        raise unknown
    return 0


def analogy(arguments: argparse.Namespace) -> int:
    """Print what is to c as b is to a."""
    vectors = load_vectors(arguments.vectors)
    a, b, c = arguments.a, arguments.b, arguments.c
    found = vectors.most_similar(positive=[b, c], negative=[a], topn=arguments.n)
    if arguments.json:
        _print_json(found)
    else:
        _print_found(f"{a} is to {b} as {c} is to", found)
    return 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Print the scores of vectors on files of word pairs and analogies."""
    if not (arguments.pairs or arguments.analogies):
        raise SettingsError("nothing to evaluate on: give --pairs FILE or --analogies FILE")
    pairs = {path: read_pairs(path) for path in arguments.pairs}
    analogies = {path: read_analogies(path) for path in arguments.analogies}
    vectors = load_vectors(arguments.vectors)
    pair_results = {path: evaluate_pairs(vectors, known) for path, known in pairs.items()}
    analogy_results = {
        path: evaluate_analogies(vectors, sections, restrict=arguments.restrict)
        for path, sections in analogies.items()
    }
    if arguments.json:
        _print_json(_scores(pair_results, analogy_results))
    else:
        _print_pairs(pair_results)
        for path, result in analogy_results.items():
            _print_analogies(path, result)
    return 0


def nearest_words(vectors: KeyedVectors, query: str, n: int) -> Found:
    """The n words nearest to a word, or to a sum such as `king - man + woman`."""
    if query in vectors:
        return vectors.most_similar(query, topn=n)
    added, taken = parse_query(query)
    if not added and not taken:
        raise SettingsError(f"{safe_text(query)!r} names no word")
    return vectors.most_similar(positive=added, negative=taken, topn=n)


def print_neighbors(vectors: KeyedVectors, query: str, n: int) -> None:
    """Print a query and its nearest words, a line each."""
    _print_found(query, nearest_words(vectors, query, n))


def _print_found(title: str, found: Found) -> None:
    print(safe_text(title))
    width = max((cell_width(safe_text(word)) for word, _ in found), default=0)
    for word, cosine in found:
        print(f"  {pad(safe_text(word), width)}  {cosine:6.3f}")


def _print_json(value: Any) -> None:
    """Print a value as JSON: letters as they are, escaped what would not show as itself."""
    text = json.dumps(value, ensure_ascii=False)
    # What JSON itself is made of is printable: any other character is within a string.
    print("".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text))


def _print_pairs(results: dict[str, PairsResult]) -> None:
    for path, result in results.items():
        print(
            f"{safe_text(Path(path).name)}  Spearman {_percent(result.spearman)}  "
            f"({result.covered:,} of {result.total:,} pairs)"
        )


def _print_analogies(path: str, result: AnalogyResult) -> None:
    print(safe_text(Path(path).name))
    rows = [*result.sections, result.semantic, result.syntactic, result.total]
    width = max(cell_width(safe_text(row.name)) for row in rows)
    for row in rows:
        if row is result.semantic:
            print(f"  {'-' * width}")
        print(
            f"  {pad(safe_text(row.name), width)}  {_percent(row.accuracy)}  "
            f"({row.correct:,} right of {row.covered:,}, {row.total - row.covered:,} not covered)"
        )


def _percent(share: float) -> str:
    return "  none" if math.isnan(share) else f"{100 * share:5.1f}%"


def _scores(
    pairs: dict[str, PairsResult], analogies: dict[str, AnalogyResult]
) -> dict[str, object]:
    def number(value: float) -> float | None:
        return None if math.isnan(value) else round(value, 6)

    def section(row: SectionResult) -> dict[str, object]:
        return {
            "accuracy": number(row.accuracy),
            "correct": row.correct,
            "covered": row.covered,
            "total": row.total,
        }

    return {
        "pairs": {
            path: {
                "spearman": number(result.spearman),
                "pearson": number(result.pearson),
                "covered": result.covered,
                "total": result.total,
            }
            for path, result in pairs.items()
        },
        "analogies": {
            path: {
                "sections": {row.name: section(row) for row in result.sections},
                "semantic": section(result.semantic),
                "syntactic": section(result.syntactic),
                "total": section(result.total),
            }
            for path, result in analogies.items()
        },
    }
