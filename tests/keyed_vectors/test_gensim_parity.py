"""The same calls on the same vectors give what gensim gives, wherever gensim is right."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from w2vtui import KeyedVectors

RNG = np.random.default_rng(3)
WORDS = [f"w{row}" for row in range(30)]
MATRIX = RNG.standard_normal((30, 6)).astype(np.float32)
COUNTS = np.sort(RNG.integers(1, 99, 30))[::-1]
POINT = RNG.standard_normal(6).astype(np.float32)


@pytest.fixture(scope="module")
def theirs(gensim_models):
    vectors = gensim_models.KeyedVectors(6)
    vectors.add_vectors(WORDS, MATRIX)
    for word, count in zip(WORDS, COUNTS.tolist(), strict=True):
        vectors.set_vecattr(word, "count", count)
    return vectors


@pytest.fixture(scope="module")
def ours():
    return KeyedVectors(WORDS, MATRIX.copy(), COUNTS.copy())


def same(a, b) -> None:
    """Check that two answers are alike, to 1e-6 where they are numbers."""
    if isinstance(b, (list, tuple)):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            same(one, other)
    elif isinstance(b, dict):
        assert list(a) == list(b)
        same(list(a.values()), list(b.values()))
    elif isinstance(b, str) or b is None:
        assert a == b
    else:
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


CALLS = {
    "vector": lambda v: v["w3"],
    "vectors": lambda v: v[["w3", "w0"]],
    "unit vector": lambda v: v.get_vector("w3", norm=True),
    "row": lambda v: [v.get_index("w3"), v.get_index("x", -1), v.has_index_for("x"), "w3" in v],
    "norms": lambda v: [v.fill_norms(), v.norms],
    "normed": lambda v: v.get_normed_vectors(),
    "word": lambda v: v.most_similar("w1"),
    "positional": lambda v: v.most_similar(["w1", "w2"], ["w3"], 4),
    "weights": lambda v: v.most_similar([("w1", 2.0), ("w2", -0.5)], topn=4),
    "vector and word": lambda v: v.most_similar(positive=[POINT, "w2"], negative=["w4"]),
    "negative only": lambda v: v.most_similar(negative=["w4"], topn=3),
    "matrix": lambda v: v.most_similar(MATRIX[:2], topn=3),
    "topn 0": lambda v: v.most_similar("w1", topn=0),
    "topn -1": lambda v: v.most_similar("w1", topn=-1),
    "topn None": lambda v: v.most_similar("w1", topn=None),
    "topn NumPy": lambda v: v.most_similar("w1", topn=np.int64(2)),
    "topn beyond": lambda v: v.most_similar("w1", topn=999),
    "clip": lambda v: v.most_similar("w1", clip_start=4, clip_end=20),
    "clip from the end": lambda v: v.most_similar("w1", clip_start=-5),
    "clip before the end": lambda v: v.most_similar("w1", clip_end=-5),
    "clip nothing": lambda v: v.most_similar("w1", clip_start=9, clip_end=2),
    "clip None": lambda v: v.most_similar("w1", topn=None, clip_start=4),
    "restrict": lambda v: v.most_similar("w29", clip_start=3, restrict_vocab=9),
    "restrict None": lambda v: v.most_similar("w1", topn=None, restrict_vocab=9),
    "zeros": lambda v: v.most_similar(np.zeros(6), topn=2),
    "cosmul": lambda v: v.most_similar_cosmul(["w1", "w2"], ["w3"], topn=6),
    "cosmul words": lambda v: v.most_similar_cosmul("w1", "w2", topn=6),
    "cosmul None": lambda v: v.most_similar_cosmul(["w1", "w2"], topn=None),
    "cosmul 0": lambda v: v.most_similar_cosmul("w1", topn=0),
    "by word": lambda v: v.similar_by_word("w1", 3),
    "by key": lambda v: v.similar_by_key("w1", None),
    "by vector": lambda v: v.similar_by_vector(POINT, 3),
    "similarity": lambda v: v.similarity("w1", "w2"),
    "distance": lambda v: v.distance("w1", "w2"),
    "distances": lambda v: v.distances("w1"),
    "distances to": lambda v: v.distances("w1", ["w2", "w9"]),
    "distances None": lambda v: v.distances("w1", None),
    "distances of vector": lambda v: v.distances(POINT, ["w2", "w9"]),
    "n_similarity": lambda v: v.n_similarity(["w1", "w2"], ["w3"]),
    "n_similarity missing": lambda v: v.n_similarity(["x", "w2"], ["w3"]),
    "n_similarity all missing": lambda v: v.n_similarity(["x"], ["w3"]),
    "cosines": lambda v: v.cosine_similarities(POINT, MATRIX),
    "ranks": lambda v: [v.rank("w1", word) for word in WORDS],
    "closer": lambda v: v.closer_than("w1", "w2"),
    "closer than itself": lambda v: v.closer_than("w1", "w1"),
    "odd one": lambda v: v.doesnt_match(["w1", "w2", "w3", "w4"]),
    "central": lambda v: v.rank_by_centrality(["w1", "w2", "w3"]),
    "central as is": lambda v: v.rank_by_centrality(["w1", "w2", "w3"], use_norm=False),
    "relative": lambda v: v.relative_cosine_similarity("w1", "w2", 3),
    "to given": lambda v: v.most_similar_to_given("w1", ["w2", "w3"]),
    "wmd": lambda v: v.wmdistance(["w1", "w2"], ["w3", "w4", "w3", "x"]),
    "wmd as is": lambda v: v.wmdistance(["w1", "w2"], ["w3"], norm=False),
    "wmd same": lambda v: v.wmdistance(["w1"], ["w1"]),
    "mean": lambda v: v.get_mean_vector(["w1", "w2", "x"]),
    "mean of weights": lambda v: v.get_mean_vector(["w1", "w2"], weights=[1, -2.0]),
    "mean of none": lambda v: v.get_mean_vector(["x"]),
    "mean as is": lambda v: v.get_mean_vector(["w1", POINT], None, False, True),
    "counts": lambda v: [v.get_vecattr("w1", "count"), v.expandos["count"]],
    "some": lambda v: [(k := v.vectors_for_all(["w2", "x", "w1", "w2"])).index_to_key, k.vectors],
    "some with counts": lambda v: v.vectors_for_all(["w2"], copy_vecattrs=True).expandos,
    "size": lambda v: [len(v), v.vector_size, v.index_to_key, v.key_to_index],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_answer_is_gensims(ours, theirs, call) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # gensim's, about its own calls
        same(call(ours), call(theirs))


REFUSED = {
    "no word": lambda v: v["x"],
    "no word among": lambda v: v.most_similar(["w1", "x"]),
    "nothing": lambda v: v.most_similar(),
    "vector too long": lambda v: v.most_similar(np.ones(7)),
    "nothing positive": lambda v: v.most_similar_cosmul(negative=["w1"]),
    "no word to compare": lambda v: v.distances("w1", ["x"]),
    "no rank": lambda v: v.rank("w1", "x"),
    "no words": lambda v: v.doesnt_match([]),
    "none to choose": lambda v: v.most_similar_to_given("w1", []),
    "mean of nothing": lambda v: v.get_mean_vector([]),
    "weights": lambda v: v.get_mean_vector(["w1"], weights=[1, 2]),
    "missing in mean": lambda v: v.get_mean_vector(["w1", "x"], ignore_missing=False),
    "no index": lambda v: v.get_index("x"),
    "no attribute": lambda v: v.get_vecattr("w1", "color"),
    "attribute of no word": lambda v: v.get_vecattr("x", "count"),
    "other type": lambda v: v.set_vecattr("w1", "count", "often"),
    "other number": lambda v: v.set_vecattr("w1", "count", 2.5),
    "fractional topn": lambda v: v.most_similar("w1", topn=2.5),
    **{name: lambda v, name=name: getattr(v, name) for name in
       ("index2word", "index2entity", "vocab", "vectors_norm", "syn0", "color")},
}  # fmt: skip


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_gensim_refuses_is_refused_with_its_kind_of_error(ours, theirs, call) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call(theirs)
        except Exception as error:
            kind = type(error)
    with pytest.raises(kind):
        call(ours)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("questions")
    rng = np.random.default_rng(5)
    fours = [" ".join(rng.choice(WORDS, 4, replace=False)) for _ in range(60)]
    asked = [": one", *fours[:30], "W1 w2 W3 w4", "w1 x w2 w3", ": gram", *fours[30:]]
    (folder / "analogies").write_text("\n".join(asked) + "\n")
    pairs = ["\t".join([*rng.choice(WORDS, 2), f"{rng.uniform(0, 9):.2f}"]) for _ in range(20)]
    (folder / "pairs").write_text("\n".join(["# scores", *pairs, "w1\tx\t3.5", "W1\tw2\t4"]) + "\n")
    (folder / "blanks").write_text("w1 w2 1\nw3 w4 9\nw5 w6 3.5\n")
    return folder


ON_FILES = {
    "analogies": lambda v, f: v.evaluate_word_analogies(f / "analogies"),
    "of few words": lambda v, f: v.evaluate_word_analogies(f / "analogies", restrict_vocab=25),
    "of none": lambda v, f: v.evaluate_word_analogies(f / "analogies", restrict_vocab=1),
    "in this case": lambda v, f: v.evaluate_word_analogies(f / "analogies", case_insensitive=False),
    "unknown are wrong": lambda v, f: v.evaluate_word_analogies(
        f / "analogies", dummy4unknown=True
    ),
    "pairs": lambda v, f: v.evaluate_word_pairs(f / "pairs"),
    "pairs of few words": lambda v, f: v.evaluate_word_pairs(f / "pairs", restrict_vocab=20),
    "unknown pairs are 0": lambda v, f: v.evaluate_word_pairs(f / "pairs", dummy4unknown=True),
    "blanks": lambda v, f: v.evaluate_word_pairs(f / "blanks", delimiter=" "),
}


@pytest.mark.parametrize("score", ON_FILES.values(), ids=ON_FILES)
def test_scores_are_gensims(ours, theirs, files, score) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same(score(ours, files), score(theirs, files))
