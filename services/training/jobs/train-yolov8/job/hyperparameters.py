"""A job's hyperparameters: strictly read, as the embedded trainer reads them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .errors import JobError

MODELS = ("yolov8n", "yolov8s", "yolov8m", "yolov8l", "yolov8x")
STRIDE = 32
DEFAULT_EPOCHS = 100
# NumPy takes seeds of 32 bits, and Ultralytics adds one.
LARGEST_SEED = 2**32 - 2

T = TypeVar("T")


@dataclass(frozen=True)
class Hyperparameters:
    """What a job is to do. Of `steps` and `epochs` at most one is given."""

    steps: int | None = None
    """Batches to learn from; rounded to whole epochs."""
    epochs: int | None = None
    max_seconds: float | None = None
    """Wall time after which learning ends; without steps and epochs, the time that the schedule is fitted to."""
    batch_size: int = 16
    image_size: int = 640
    """Longer side of the network's input, pixels."""
    seed: int = 1
    model: str = "yolov8n"
    train_sha256: str | None = None
    validation_sha256: str | None = None

    @property
    def fitted_to_time(self) -> bool:
        return self.steps is None and self.epochs is None and self.max_seconds is not None

    def epochs_for(self, images: int) -> int:
        """How often each image is shown. A step is a batch, the last one of an epoch being a smaller one."""
        if self.epochs is not None:
            return self.epochs
        if self.steps is None:
            return DEFAULT_EPOCHS
        batches = -(-images // self.batch_size)
        return max(1, round(self.steps / batches))


def read_hyperparameters(path: Path) -> Hyperparameters:
    """Reads `hyperparameters.json`, in which SageMaker hands every value over as a string.

    Raises JobError naming each hyperparameter that is unknown or wrong.
    """
    given = _read_json(path)
    values: dict[str, object] = {}
    faults: list[str] = []
    for name, text in given.items():
        if name not in _PARSERS:
            faults.append(f"{name}: is unknown")
            continue
        field, parse = _PARSERS[name]
        try:
            values[field] = parse(text)
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if "steps" in given and "epochs" in given:
        faults.append("steps and epochs are both given: give one of them")
    if faults:
        raise JobError(f"the hyperparameters are refused: {'; '.join(faults)}. Known are {', '.join(_PARSERS)}")
    return Hyperparameters(**values)  # type: ignore[arg-type]  # each parser gives its field's type


def _read_json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise JobError(f"there are no hyperparameters: {error}. SageMaker writes {{}} when a job has none") from error
    except ValueError as error:
        raise JobError(f"{path} isn't JSON: {error}") from error
    if not isinstance(content, dict):
        raise JobError(f"{path} isn't a JSON object")
    return content


def _matching(pattern: str, fault: str, convert: Callable[[str], T]) -> Callable[[object], T]:
    def parse(text: object) -> T:
        if not isinstance(text, str) or re.fullmatch(pattern, text, re.ASCII) is None:
            raise ValueError(fault)
        return convert(text)

    return parse


def _whole(least: int, most: int) -> Callable[[object], int]:
    def convert(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most}")
        return value

    return _matching(r"\d{1,12}", "must be a whole number, as a string", convert)


def _seconds(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise ValueError("must be above 0")
    return value


def _image_size(text: object) -> int:
    size = _whole(64, 1280)(text)
    if size % STRIDE != 0:
        raise ValueError(f"must be a multiple of {STRIDE}")
    return size


_sha256 = _matching(r"[0-9a-f]{64}", "must be a sha256 in hex", str)

# Field and parser, by the hyperparameter's name.
_PARSERS: dict[str, tuple[str, Callable[[object], object]]] = {
    "steps": ("steps", _whole(1, 1_000_000)),
    "epochs": ("epochs", _whole(1, 100_000)),
    "maxSeconds": ("max_seconds", _matching(r"\d*\.?\d+", "must be a number, as a string", _seconds)),
    "batchSize": ("batch_size", _whole(1, 1024)),
    "imageSize": ("image_size", _image_size),
    "seed": ("seed", _whole(0, LARGEST_SEED)),
    "model": ("model", _matching("|".join(MODELS), f"must be one of {', '.join(MODELS)}", str)),
    "trainSha256": ("train_sha256", _sha256),
    "validationSha256": ("validation_sha256", _sha256),
}
