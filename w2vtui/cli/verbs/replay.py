"""`w2vtui replay`: a saved run, trained again from its start and compared."""

from __future__ import annotations

import argparse
import dataclasses
import threading
from typing import TYPE_CHECKING

from w2vtui.cli.options.verb_options import add_moved_corpus, add_output, add_progress_json, add_run
from w2vtui.cli.output import report
from w2vtui.errors import DivergedError
from w2vtui.settings import RunSettings

if TYPE_CHECKING:
    from w2vtui.corpus import EncodedCorpus, ReadingProgress
    from w2vtui.runs.resuming.replaying import Replay
    from w2vtui.training.run import Run

USAGE = "w2vtui replay RUN [options]"
HELP = """Train a run again from its start, with every live change at its token, up to its newest
checkpoint; then compare the vectors with those of the checkpoint.

  w2vtui replay brisk-otter -o again.bin

Exit codes: 0 the same vectors, or close ones if several threads trained; 1 different vectors where
the same were expected, or the replay ended at another token; 2 usage."""
SETTINGS = (RunSettings,)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui replay` takes."""
    add_run(parser)
    add_output(parser)
    add_moved_corpus(parser)
    add_progress_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Replay a run and compare; return the exit code."""
    from w2vtui.cli.headless import carry_out
    from w2vtui.runs.listed.listing import find_run
    from w2vtui.runs.requested.request import absolute
    from w2vtui.runs.resuming.replaying import replay_of
    from w2vtui.runs.resuming.text_changes import text_of_run
    from w2vtui.runs.root import runs_folder
    from w2vtui.training.run import Run

    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    recorded = replay_of(folder)
    record = recorded.record
    sources = absolute(arguments.corpus) or record.request.sources
    request = dataclasses.replace(
        record.request,
        sources=sources,
        output=arguments.output,
        layout=arguments.layout,
        save_vocab=None,
        classes=None,
        overwrite=arguments.overwrite,
    )
    request.check_outputs()
    read = text_of_run(folder, request, record.request.outputs, "replay")

    def read_same(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        corpus = read(progress, stop)
        recorded.check(corpus)
        return request.checked(corpus)

    replayed = Run(
        read_same,
        record.request.training,
        record.settings,
        looks_at_vectors=False,
        script=recorded.script,
    )
    code = carry_out(replayed, None, request, show="json" if arguments.json else "progress")
    if code not in (0, DivergedError.exit_code):  # 4: it learned nothing, as the run may have
        return code
    return _compare(replayed, recorded)


def _compare(replayed: Run, recorded: Replay) -> int:
    """Report how the vectors of a replay differ from those it repeats; return the exit code."""
    from w2vtui.runs.resuming.replaying import largest_difference

    name = recorded.folder.name
    tokens, clock = replayed.snapshot().progress.tokens, recorded.checkpoint.clock
    if tokens != clock:
        report(
            f"not compared: the replay ended at {tokens:,} tokens, the checkpoint of {name} "
            f"at {clock:,}"
        )
        return 1
    apart = largest_difference(replayed.trained.matrices(), recorded.checkpoint.vectors)
    if not apart:
        report(f"the vectors are identical to those of {name}, bit for bit")
        return 0
    report(f"the vectors differ from those of {name} by up to {apart:.3g}")
    if not recorded.exact:
        report(
            "training with several threads differs from run to run: only --workers 1 or "
            "--deterministic replays bit for bit"
        )
    return 1 if recorded.exact else 0
