"""A bound on the memory of this process, for work whose needs others decide."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STATE = Path("/proc/self/statm")
"""Linux: the pages of this process, those of its address space first."""


@contextmanager
def at_most(more: int) -> Iterator[None]:
    """Let the process take so many bytes of address space more; what needs others gets a MemoryError.

    On a system without `/proc` nothing is bounded.
    """
    if not STATE.exists():
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = int(STATE.read_text().split()[0]) * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (bound if soft == resource.RLIM_INFINITY else min(soft, bound), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
