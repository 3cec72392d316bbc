"""Work that threads do side by side, its results in the order of the tasks."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 2
"""Tasks for each thread that are begun, or whose results wait to be taken, at any time."""


def in_order(
    tasks: Iterable[Task], workers: Sequence[Callable[[Task], Result]], *, n_alone: int = 0
) -> Generator[Result, None, None]:
    """The results of the tasks, in their order; close it when it is not read to its end.

    tasks     asked for in the thread of the caller, at most AHEAD a worker before their results
              are taken. What it raises is raised after the results of the tasks before
    workers   a function for each thread, which it calls with its tasks one after another, later
              ones after earlier ones; one alone is called in the thread of the caller
    n_alone   tasks that the first worker does in the thread of the caller, before there are others:
              threads are not worth their start for a few

    What a worker raises is raised in place of its result.
    """
    waiting = iter(tasks)
    for task in waiting if len(workers) == 1 else islice(waiting, n_alone):
        yield workers[0](task)
    if len(workers) > 1:
        yield from _threaded(waiting, workers)


def _threaded(
    tasks: Iterable[Task], workers: Sequence[Callable[[Task], Result]]
) -> Generator[Result, None, None]:
    own, unclaimed = threading.local(), list(workers)

    def claim() -> None:
        own.work = unclaimed.pop(0)

    def work(task: Task) -> Result:
        result: Result = own.work(task)
        return result

    begun: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(len(workers), "w2vtui-text", initializer=claim)
    try:
        failure: Exception | None = None
        waiting = iter(tasks)
        while True:
            try:
                task = next(waiting)
            except StopIteration:
                break
            except Exception as error:
                failure = error
                break
            begun.append(pool.submit(work, task))
            while begun and (begun[0].done() or len(begun) >= AHEAD * len(workers)):
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
        if failure is not None:
            raise failure
    finally:
        pool.shutdown(cancel_futures=True)
