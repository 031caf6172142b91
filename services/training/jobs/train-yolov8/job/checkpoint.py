"""Checkpoints: what a run needs to go on at the epoch at which a spot instance was taken away.

One file, since SageMaker copies the folder's files to S3 one by one: several could be of different epochs.
"""

import json
import os
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from .errors import JobError

_STATE = "state.json"
# Ultralytics' own files below its folder: weights, optimizer and schedule; the best model so far; what was measured.
_FILES = ("weights/last.pt", "weights/best.pt", "results.csv")


@dataclass(frozen=True)
class State:
    """Where a run stands."""

    fingerprint: str
    """Of hyperparameters, data and trainer: a checkpoint only continues the run that it came from."""
    epoch: int
    """Epochs that are done."""
    epochs: int
    """Epochs that are planned."""
    seconds: float
    """Spent on learning so far."""


def write_checkpoint(path: Path, state: State, run: Path) -> None:
    """Packs the files of a run's folder. A crash leaves the old checkpoint or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_STATE, json.dumps(asdict(state)))
            for name in _FILES:
                archive.write(run / name, name)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def restore_checkpoint(path: Path, fingerprint: str, run: Path) -> State | None:
    """Unpacks a checkpoint into a run's folder; gives None when there is none.

    Raises JobError when it is damaged or another run's.
    """
    if not path.exists():
        return None
    try:
        state, files = _read(path, fingerprint)
    # A damaged zip makes zipfile raise nearly anything: NotImplementedError, RuntimeError, zlib.error, EOFError.
    except Exception as error:  # noqa: BLE001
        reason = str(error) or repr(error)
        raise JobError(f"the checkpoint {path} can't be used ({reason}): delete it to train from the start") from error
    # Out here: a full disk is no reason to delete the checkpoint.
    for name, content in files.items():
        target = run / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return state


def _read(path: Path, fingerprint: str) -> tuple[State, dict[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        state = State(**json.loads(archive.read(_STATE)))
        # Before anything of it is unpacked: PyTorch's files are pickles, which run code.
        if state.fingerprint != fingerprint:
            raise JobError("it is of other hyperparameters, data or another version of the trainer")
        return state, {name: archive.read(name) for name in _FILES}
