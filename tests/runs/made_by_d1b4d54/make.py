"""Make the folders beside this file, with the w2vtui of commit d1b4d54, in an empty folder.

Not run by any test: it imports modules that have other names now.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from w2vtui.runs.folder import kept_vectors
from w2vtui.runs.journal import EVENTS, changes_in, read_events

from w2vtui.corpus import open_corpus
from w2vtui.formats import save_vectors
from w2vtui.runs.recording.recorder import Asked, Recorder
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings
from w2vtui.training.run import Run

HERE = Path.cwd()
TEXT = HERE / "text.txt"
TOPICS = (
    "ship sailor harbor wave anchor captain",
    "cow barn farmer field plough harvest",
    "street baker market tower bridge mayor",
)
COMMON = ("the", "a", "of", "and", "to", "in", "was", "near")


def write_text():
    draw, lines = random.Random(11), []
    for _ in range(400):
        topic = draw.choice(TOPICS).split()
        lines.append(
            " ".join(
                draw.choice(topic if draw.random() < 0.6 else COMMON)
                for _ in range(draw.randint(5, 14))
            )
        )
    TEXT.write_text("\n".join(lines) + "\n")


def n_changes(run):
    return sum(event.kind == "change" for event in run.snapshot().events)


def change_at(run, tokens, **settings):
    """Change settings at about that token, and wait until it has happened."""
    while run.snapshot().progress.tokens < tokens:
        time.sleep(0.001)
    before = n_changes(run)
    run.change(**settings)
    while n_changes(run) == before:
        time.sleep(0.001)


def start(epochs, **training):
    settings = CorpusSettings(min_count=2, lowercase=True)
    keeper = Recorder(
        Asked(
            root=HERE / "runs",
            sources=(str(TEXT),),
            corpus_settings=settings,
            output=str(HERE / "vectors.vec"),
            save_vocab=str(HERE / "counts.txt"),
            run_settings=RunSettings(checkpoint_seconds=3600.0),
        )
    )
    run = Run(
        lambda progress, stop: open_corpus([str(TEXT)], settings, progress=progress),
        TrainingSettings(vector_size=8, seed=5, **training),
        LiveSettings(epochs=epochs, workers=1, window=4, negative=4),
        keeper=keeper,
        checkpoint_seconds=3600.0,
    )
    run.break_when("churn < 0.0001 %")
    keeper.follow(run.snapshot)
    run.start()
    return run, keeper


def finished():
    run, keeper = start(900)
    change_at(run, 400_000, window=7, alpha=0.02)
    change_at(run, 1_000_000, negative=8, epochs=700)
    assert run.wait(100)
    keeper.close()
    keeper.folder.rename(HERE / "runs" / "finished")


def interrupted():
    run, keeper = start(2000)
    change_at(run, 300_000, window=6)
    while run.snapshot().progress.tokens < 500_000:
        time.sleep(0.001)
    run.checkpoint()
    while not run.snapshot().checkpoint.tokens:
        time.sleep(0.001)
    change_at(run, run.snapshot().checkpoint.tokens + 200_000, negative=9)
    change_at(
        run,
        run.snapshot().checkpoint.tokens + 600_000,
        objective="hierarchical-softmax",
        epochs=600,
    )
    change_at(run, run.snapshot().checkpoint.tokens + 300_000, window=3, alpha=0.01)
    while len(list(changes_in(read_events(keeper.folder / EVENTS)[0]))) < 4:
        time.sleep(0.001)
    keeper.folder.rename(HERE / "runs" / "interrupted")
    os._exit(0)


if sys.argv[1:] == ["interrupted"]:
    interrupted()
write_text()
finished()
subprocess.run([sys.executable, __file__, "interrupted"], check=True)
# Each change that costs something is checkpointed first: without the newest, two are left to make.
shutil.rmtree(sorted((HERE / "runs" / "interrupted" / "checkpoints").iterdir())[-1])
shutil.copytree(HERE / "runs" / "interrupted", HERE / "runs" / "resumed")
resume = ["-m", "w2vtui", "resume", "resumed", "--runs-dir", "runs", "-o", "resumed.bin"]
subprocess.run([sys.executable, *resume], check=True)
shutil.rmtree(HERE / "runs" / "resumed")
save_vectors(kept_vectors(HERE / "runs" / "finished")[0], HERE / "finished.bin")
for counts in HERE.glob("*.vocab"):
    counts.unlink()
