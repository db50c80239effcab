"""Hotels side by side: what is computed of each, in processes of their own.

A process gets what it computes with and returns what it found: it has no connection, and nothing is written before all
are done, in the transaction in which one process would have written it.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


def each(work: Callable[..., Result], tasks: Sequence[tuple[Any, ...]], jobs: int) -> list[Result]:
    """What `work` returns for the arguments of each task, in their order, by up to `jobs` processes; 1: by this one.

    Each process has one thread, whatever numpy is built with. Nothing goes through files: tasks may hold keys.
    """
    if jobs == 1 or len(tasks) < 2:
        return [work(*task) for task in tasks]
    from joblib import Parallel, delayed, parallel_config  # type: ignore[import-untyped]  # slow to import, and mostly not needed

    with parallel_config("loky", inner_max_num_threads=1, max_nbytes=None):
        made: list[Result] = Parallel(n_jobs=min(jobs, len(tasks)), batch_size=1)(
            delayed(work)(*task) for task in tasks
        )
    return made
