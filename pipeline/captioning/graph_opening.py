"""Opens the captioner's two graphs on threads of their own, while other things are loaded.

onnxruntime lets Python go on meanwhile: of a command that describes one photo, the imports take as
long as the graphs.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from pipeline.captioning.contract import ModelContract
from pipeline.captioning.encoder_session import OpenedEncoder, open_encoder
from pipeline.captioning.onnx_session import Session, open_session
from pipeline.folders import cache_folder
from pipeline.processors import available_cores, encoder_threads


class OpeningGraphs:
    """Encoder and decoder of the model in a folder, on their way."""

    def __init__(
        self,
        folder: Path,
        *,
        threads: int | None = None,
        accelerate: bool = True,
        measure: bool = True,
    ) -> None:
        """Begins at once. An error of the model is raised by who asks for what it spoils.

        Args:
            folder: holds contract.json and the files that it names.
            threads: the encoder's processor threads; by this process's share of the cores if None.
            accelerate: whether the encoder may run on CoreML or CUDA.
            measure: whether to find out how the encoder is fastest, where that is not known yet.
        """
        self.folder = folder
        pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="loading")
        self._contract = pool.submit(ModelContract.load, folder)
        # The encoder first: it takes longer.
        self._encoder: Future[OpenedEncoder] = pool.submit(
            lambda: open_encoder(
                folder,
                self.contract(),
                threads=threads or encoder_threads(available_cores()),
                accelerate=accelerate,
                cache=cache_folder(),
                may_measure=measure,
            )
        )
        # A second thread is 10 % faster on an idle machine, and takes twice as long on a busy one.
        self._decoder: Future[Session] = pool.submit(
            lambda: open_session(folder / self.contract().decoder_file, threads=1)
        )
        pool.shutdown(wait=False)

    def contract(self) -> ModelContract:
        """The model's contract, once it is read.

        Raises:
            ModelError: it is missing or damaged.
        """
        return self._contract.result()

    def encoder(self) -> OpenedEncoder:
        """The encoder, once it is open.

        Raises:
            ModelError: a file is missing, damaged or not supported by this onnxruntime.
        """
        return self._encoder.result()

    def decoder(self) -> Session:
        """The decoder step, once it is open; errors are those of `encoder`."""
        return self._decoder.result()
