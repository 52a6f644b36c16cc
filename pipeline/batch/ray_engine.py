"""The same work by Ray Data, on one machine or a cluster of them.

An actor for each core keeps the workers of the other engine: a process with the model, and a new
one when a photo ends it. Names go in and rows come out, so that little travels. When a machine is
lost, Ray gives its photos to the others.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from pipeline.batch.row import Row
from pipeline.batch.workers import Task, Workers
from pipeline.errors import CommandError, ErrorCode, VoisError
from pipeline.processors import available_cores

# Photos that an actor gets at a time: few enough that all end together, and that little is done
# again after a loss; of ten million photos, 80,000 pieces.
_MOST_AT_A_TIME, _PIECES_EACH = 128, 16
_STORE_BYTES = 200_000_000  # of a machine's memory, for names and rows
_REACHED_S = 10.0
_PHOTO, _FOUND = "photo", "found"


def describe_by_ray(
    photos: Sequence[str], task: Task, address: str, processes: int | None
) -> Iterator[Row]:
    """Describes photos; a row comes as soon as those that it was given out with are ready.

    Args:
        photos: their paths, which must lead to the same files on all machines, or addresses.
        task: how.
        address: of a running cluster, as `ray start` prints it; "" for this machine alone, which
            then listens to itself only.
        processes: so many photos at a time; None for one on each core that there is. Ray lets other
            programs of a machine go first (niceness 15; the variable RAY_worker_niceness).

    Raises:
        CommandError: Ray is not installed, or there is no cluster.
        ModelError: the model is missing or damaged.
    """
    # Before Ray is imported: it tells its makers nothing, and the person only what Vois does.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    if not address:
        # As on Macs and Windows, it then listens to this machine only (read from ray 2.60.0).
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray.data
    except ImportError as error:
        raise CommandError(ErrorCode.RAY_MISSING) from error
    with _connected(address, processes):
        actors = min(processes or int(ray.cluster_resources()["CPU"]), len(photos))
        size = max(1, min(_MOST_AT_A_TIME, len(photos) // (actors * _PIECES_EACH)))
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        rows = ray.data.from_arrow(_pieces(photos, size)).map_batches(
            _Describer,
            fn_constructor_args=(replace(task, folder=Path.cwd()),),
            batch_size=None,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(size=actors),
            num_cpus=1,
        )
        for table in rows.iter_batches(batch_size=None, batch_format="pyarrow"):
            for found in map(pickle.loads, table[_FOUND].to_pylist()):
                if isinstance(found, VoisError):
                    raise found
                yield found


class _Describer:
    """An actor's work: names to rows, both as bytes, since a file's name may be no text.

    An error of the model takes the place of a row: raised here, it would lose its kind on its way.
    """

    def __init__(self, task: Task) -> None:
        self._workers = Workers(task, processes=1)

    def __call__(self, names: pa.Table) -> pa.Table:
        photos = map(os.fsdecode, names[_PHOTO].to_pylist())
        found: list[Row | VoisError]
        try:
            found = [*self._workers.describe(photos)]
        except VoisError as error:
            found = [error]
        return pa.table({_FOUND: pa.array(map(pickle.dumps, found), pa.binary())})


def _pieces(photos: Sequence[str], size: int) -> list[pa.Table]:
    names = pa.table({_PHOTO: pa.array(map(os.fsencode, photos), pa.binary())})
    return [names.slice(begin, size) for begin in range(0, len(photos), size)]


@contextmanager
def _connected(address: str, processes: int | None) -> Iterator[None]:
    """A cluster, for as long as it is needed."""
    import ray

    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address:
            host, _, port = address.rpartition(":")
            # Ray itself would wait for minutes for a head that is not there.
            socket.create_connection((host.strip("[]"), int(port)), _REACHED_S).close()
            ray.init(address, **quiet)
        else:
            ray.init(
                "local",
                num_cpus=processes or available_cores(),
                include_dashboard=False,
                object_store_memory=_STORE_BYTES,
                **quiet,
            )
    except (OSError, OverflowError, ValueError) as error:
        raise CommandError(ErrorCode.CLUSTER_NOT_REACHED, address=address) from error
    try:
        yield
    finally:
        ray.shutdown()
