"""word2vec in slow, obvious float64 NumPy: the oracle of every kernel.

It takes the same decisions as the kernels (which tokens are kept, which windows, which noise) from
the same stream of random numbers, and does the arithmetic by the book.
"""

from __future__ import annotations

import heapq

import numpy as np

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
LONG_WINDOW, INPUTS_OF_LONG = 64, 16


def mix(bits):
    """splitmix64's output function, on Python integers."""
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
    return bits ^ (bits >> 31)


def random_at(key, index):
    return mix((int(key) + (index + 1) * GOLDEN) & MASK)


def stream_key(seed, epoch):
    key = seed & MASK
    for word in (epoch, 0x773276747569):
        key = mix((key ^ ((word + 1) * GOLDEN)) & MASK)
    return key


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# ---- which words


def keep_probability(count, total, sample):
    if sample == 0:
        return 1.0
    ratio = sample * total / count
    return min(1.0, np.sqrt(ratio) + ratio)


def kept_positions(ids, first, stop, key, counts, sample):
    """Positions in [first, stop) that subsampling keeps."""
    total = sum(counts)
    kept = []
    for position in range(first, stop):
        odds = int(keep_probability(counts[ids[position]], total, sample) * (2**32 - 1))
        if random_at(key, position) >> 32 <= odds:
            kept.append(position)
    return kept


def window_at(position, key, window, shrink):
    if not shrink:
        return window
    return 1 + ((random_at(key, position) & 0xFFFFFFFF) * window >> 32)


def draw_noise(table, bits):
    word = (bits >> 32) * len(table) >> 32
    threshold, other = (int(entry) for entry in table[word])
    return word if bits & 0xFFFFFFFF < threshold else other


def noise_words(table, key, first_draw, n):
    """Words of a center's own stream."""
    return [draw_noise(table, random_at(key, first_draw + k)) for k in range(n)]


def reused_noise_words(table, span_key, position, negative, window):
    """The first words of the streams of K positions, 2 windows and a token apart."""
    return [
        draw_noise(table, random_at(random_at(span_key, position - k * min(2 * window + 1, 65)), 0))
        for k in range(negative)
    ]


def draws_for_each_pair(settings):
    return settings["model"] == "skip-gram" and settings["noise_sharing"] == "none"


def words_met(table, span_key, position, n_contexts, settings):
    """The noise words that a center meets: K, or K for each of its pairs."""
    negative = settings["negative"]
    if settings["noise_sharing"] == "centers":
        return reused_noise_words(table, span_key, position, negative, settings["window"])
    n_pairs = n_contexts if draws_for_each_pair(settings) else 1
    return noise_words(table, random_at(span_key, position), 0, n_pairs * negative)


def huffman_codes(counts):
    """Each word's code as a list of bits, from a heap; ties may be broken in another way than the
    kernel's.
    """
    if len(counts) == 1:
        return [[]]
    heap = [(count, word, [word]) for word, count in enumerate(counts)]
    codes = [[] for _ in counts]
    heapq.heapify(heap)
    while len(heap) > 1:
        left, right = heapq.heappop(heap), heapq.heappop(heap)
        for bit, (_, _, words) in enumerate((left, right)):
            for word in words:
                codes[word].insert(0, bit)
        heapq.heappush(heap, (left[0] + right[0], left[1] + len(counts), left[2] + right[2]))
    return codes


# ---- the one step


def logistic_block(v, u, labels, lr):
    """Input rows v (C, D) meet target rows u (T, D) under labels (T,); new v, new u, loss in
    nats.
    """
    score = v @ u.T
    error = labels - sigmoid(score)
    loss = -np.log(sigmoid(np.where(labels == 1, score, -score))).sum()
    return v + lr * error @ u, u + lr * error.T @ v, loss


def softmax_block(v, u, center, lr):
    """Input rows v (C, D) predict the center among all rows of u (V, D); new v, new u, loss in
    nats.
    """
    score = v @ u.T
    score = score - score.max(axis=1, keepdims=True)
    probability = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    error = np.eye(len(u))[center] - probability
    return v + lr * error @ u, u + lr * error.T @ v, -np.log(probability[:, center]).sum()


# ---- a whole span


def train_span(corpus_ids, starts, span, settings, v, u, nodes, noise_table, tree, counts):
    """Train on a span as `training_loop.train_span` does; v, u and nodes (float64) change in
    place.

    settings  model, objective, negative, window, shrink_windows, noise_sharing, cbow_mean,
    cbow_divide, sample, locks (of each word, or none)
    span      first, stop, visible, key, rate(position)
    Returns loss in nats, pairs, kept centers.
    """
    loss, pairs, centers = 0.0, 0, 0
    for sentence in range(len(starts) - 1):
        first = max(starts[sentence], span["visible"][0])
        stop = min(starts[sentence + 1], span["visible"][1])
        kept = kept_positions(corpus_ids, first, stop, span["key"], counts, settings["sample"])
        for i, position in enumerate(kept):
            if not span["first"] <= position < span["stop"]:
                continue
            centers += 1
            reach = window_at(position, span["key"], settings["window"], settings["shrink_windows"])
            around = kept[max(0, i - reach) : i] + kept[i + 1 : i + 1 + reach]
            contexts = [corpus_ids[p] for p in around]
            if not contexts:
                continue
            lr = float(np.float32(span["rate"](position)))
            noise = words_met(noise_table, span["key"], position, len(contexts), settings)
            step_loss, step_pairs = train_center(
                corpus_ids[position], contexts, lr, noise, settings, v, u, nodes, tree
            )
            loss, pairs = loss + step_loss, pairs + step_pairs
    return loss, pairs, centers


def train_center(center, contexts, lr, noise, settings, v, u, nodes, tree):
    """noise   the words that the center meets, those equal to it among them"""
    locks = settings["locks"] if len(settings["locks"]) else np.ones(len(v))
    if settings["model"] == "cbow":
        mean = v[contexts].sum(axis=0, keepdims=True)
        if settings["cbow_mean"]:
            mean = mean / len(contexts)
        new, loss = predict(mean, center, lr, noise, settings, u, nodes, tree)
        step = (new - mean)[0] / (len(contexts) if settings["cbow_divide"] else 1)
        for context in contexts:
            v[context] += locks[context] * step
        return loss, 1
    if settings["noise_sharing"] != "none" or settings["objective"] != "negative-sampling":
        loss = 0.0
        most = len(contexts) if settings["window"] <= LONG_WINDOW else INPUTS_OF_LONG
        for first in range(0, len(contexts), most):
            some = contexts[first : first + most]
            rows = v[some]
            new, nats = predict(rows, center, lr, noise, settings, u, nodes, tree)
            for context, step in zip(some, new - rows, strict=True):
                v[context] += locks[context] * step
            loss += nats
        return loss, len(contexts)
    loss = 0.0
    for c, context in enumerate(contexts):
        row = v[[context]]
        own = noise[c * settings["negative"] : (c + 1) * settings["negative"]]
        new, pair_loss = predict(row, center, lr, own, settings, u, nodes, tree)
        v[context] += locks[context] * (new - row)[0]
        loss += pair_loss
    return loss, len(contexts)


def predict(rows, center, lr, noise, settings, u, nodes, tree):
    """New input rows and the loss; the objective's target rows change in place."""
    if settings["objective"] == "softmax":
        new, targets, loss = softmax_block(rows, u, center, lr)
        u[:] = targets
        return new, loss
    if settings["objective"] == "negative-sampling":
        matrix, targets = u, [center, *(word for word in noise if word != center)]
        labels = np.array([1] + [0] * (len(targets) - 1))
    else:
        matrix, targets, turns = nodes, *tree[center]
        labels = np.array([1 if turn > 0 else 0 for turn in turns])
    old = matrix[targets]
    new, moved, loss = logistic_block(rows, old, labels, lr)
    for target, step in zip(targets, moved - old, strict=True):
        matrix[target] += step  # a target drawn twice moves twice
    return new, loss


# ---- replicas


def merge(base, replicas, small_move=0.03):
    """Rows (V, D) after merging the moves of W workers on replicas (W, V, D): joined in pairs,
    as a tree.
    """
    merged = base.copy()
    for row, before in enumerate(base):
        moves = [replica[row] - before for replica in replicas]
        while len(moves) > 1:
            pairs = [moves[at : at + 2] for at in range(0, len(moves), 2)]
            moves = [join_moves(pair, before @ before, small_move) for pair in pairs]
        merged[row] += moves[0]
    return merged


def join_moves(pair, squared_length, small_move):
    """The joint move of two workers (or of one that is left over): Adasum where moves are large."""
    if len(pair) == 1:
        return pair[0]
    a, b = pair
    if not a.any() or not b.any():
        return a + b
    lengths, small = np.sqrt((a @ a) * (b @ b)), small_move * squared_length
    common = (a @ b) * (1 if lengths >= small else lengths / small)
    return (1 - common / (2 * a @ a)) * a + (1 - common / (2 * b @ b)) * b
