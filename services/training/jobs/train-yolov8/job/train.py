"""The training itself, by Ultralytics."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import ultralytics
import yaml
from ultralytics.models.yolo.detect import DetectionTrainer

from .channels import Channel, Data
from .checkpoint import State, restore_checkpoint, write_checkpoint
from .errors import JobError, JobStopped
from .hyperparameters import Hyperparameters

_HOUR = 3600
_LOADING_PROCESSES = 8
# NVIDIA's compute capability from which on bfloat16 is computed in hardware.
_BFLOAT16_CAPABILITY = (8, 0)


@dataclass(frozen=True)
class Outcome:
    """A training that came to its end."""

    weights: Path
    """The model of the best epoch."""
    metrics: dict[str, float]
    """Of that model on the validation channel, by Ultralytics' names."""
    validation: Any
    """Ultralytics' DetMetrics, with the curves."""
    epochs: int
    seconds: float


class Training:
    """One run: from the first epoch, or from a checkpoint on."""

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        data: Data,
        checkpoint: Path,
        work: Path,
        *,
        stopping: Callable[[], bool],
        print_line: Callable[[str], None],
    ) -> None:
        self._hyperparameters = hyperparameters
        self._data = data
        self._checkpoint = checkpoint
        self._run = work / "run"
        self._stopping = stopping
        self._print = print_line
        self._fingerprint = _fingerprint(hyperparameters, data)
        self._state = restore_checkpoint(checkpoint, self._fingerprint, self._run)
        self._trainer = self._create_trainer(_write_data_file(data, work))
        self._began = 0.0

    def train(self) -> Outcome:
        """Trains to the end, printing metrics and writing a checkpoint after each epoch.

        Raises JobStopped when told to stop; JobError when Ultralytics can't use the data.
        """
        trainer = self._trainer
        for event, callback in (
            ("on_pretrain_routine_end", self._check_data),
            ("on_pretrain_routine_end", _use_fastest_layout),
            ("on_train_start", self._start_clock),
            ("on_train_batch_end", self._check_time),
            ("on_val_batch_end", self._check_stop),
            ("on_model_save", self._tell_metrics),
            ("on_fit_epoch_end", self._save),
        ):
            trainer.add_callback(event, callback)
        trainer.train()
        return Outcome(trainer.best, trainer.metrics, trainer.validator.metrics, trainer.epoch + 1, self._seconds())

    def _create_trainer(self, data_file: Path) -> DetectionTrainer:
        given = self._hyperparameters
        # A resumed run keeps the epochs that its first part was fitted to.
        hours = given.max_seconds / _HOUR if given.fitted_to_time and given.max_seconds and not self._state else None
        overrides: dict[str, Any] = {
            "model": f"{given.model}.yaml",
            "data": str(data_file),
            "time": hours,
            "batch": given.batch_size,
            "imgsz": given.image_size,
            "seed": given.seed,
            "save_dir": str(self._run),
            # A schedule that is fitted to a time is gone through to its end.
            **({"patience": 0} if given.fitted_to_time else {}),
            # From scratch: pretrained weights would have to be downloaded.
            "pretrained": False,
            "plots": False,
            **_device_settings(),
        }
        if self._state is None:
            epochs = given.epochs_for(len(self._data.train.images))
            return DetectionTrainer(overrides={**overrides, "epochs": epochs})
        self._print(f"resuming after epoch {self._state.epoch} of {self._state.epochs}")
        trainer = DetectionTrainer(overrides={**overrides, "resume": str(self._run / "weights" / "last.pt")})
        # Fitted to a time that is over when a checkpoint is written, as many are planned as are done. Ultralytics takes
        # one more all the same; of a resumed run it would say that it is finished.
        trainer.epochs = trainer.args.epochs = max(self._state.epochs, self._state.epoch + 1)
        return trainer

    def _seconds(self) -> float:
        return (self._state.seconds if self._state else 0.0) + time.monotonic() - self._began

    def _start_clock(self, _trainer: DetectionTrainer) -> None:
        self._began = time.monotonic()

    def _check_data(self, trainer: DetectionTrainer) -> None:
        """Ultralytics leaves out what it can't use, with a warning."""
        for channel, loader in ((self._data.train, trainer.train_loader), (self._data.validation, trainer.test_loader)):
            used = {Path(file).name for file in loader.dataset.im_files}
            left_out = [image.name for image in channel.images if image.name not in used]
            if left_out:
                raise JobError(
                    f"Ultralytics can't use {len(left_out)} of {len(channel.images)} images, such as {left_out[0]}: "
                    "its warning in the log says why. Reject them in the label store."
                )

    def _check_stop(self, _trainer_or_validator: object) -> None:
        if self._stopping():
            raise JobStopped

    def _check_time(self, trainer: DetectionTrainer) -> None:
        self._check_stop(trainer)
        limit = self._hyperparameters.max_seconds
        if limit is not None and trainer.args.time is None and self._seconds() > limit:
            trainer.stop = True

    def _tell_metrics(self, trainer: DetectionTrainer) -> None:
        losses = {name: float(value) for name, value in trainer.tloss.items()}
        self._print(
            f"epoch {trainer.epoch + 1} of {trainer.epochs}, {len(trainer.train_loader)} batches of "
            f"{trainer.batch_size}: train_class_loss={losses['cls_loss']:.4f}; "
            f"train_box_loss={losses['box_loss']:.4f}; {validation_metrics(trainer.metrics, self._data.validation)}"
        )

    def _save(self, trainer: DetectionTrainer) -> None:
        """The last epoch has no checkpoint: nothing is left to resume. Ultralytics calls this once more after it."""
        if trainer.stop:
            return
        state = State(self._fingerprint, trainer.epoch + 1, trainer.epochs, self._seconds())
        write_checkpoint(self._checkpoint, state, self._run)


def validation_metrics(metrics: dict[str, float], validation: Channel) -> str:
    """As the pipeline's regular expressions read them."""
    if validation.boxes == 0:
        return "no val_map50 and no val_map, as no validation image has an object."
    return f"val_map50={metrics['metrics/mAP50(B)']:.4f}; val_map={metrics['metrics/mAP50-95(B)']:.4f};"


def _device_settings() -> dict[str, Any]:
    """One GPU where there is one. Half precision only where Ultralytics needn't download a model to try it on."""
    if not torch.cuda.is_available():
        return {"device": "cpu", "amp": False}
    capable = torch.cuda.get_device_capability() >= _BFLOAT16_CAPABILITY
    return {"device": "0", "amp": "bf16" if capable else False, "workers": _LOADING_PROCESSES}


def _use_fastest_layout(trainer: DetectionTrainer) -> None:
    """Channels last, a sixth faster on CPUs too, where Ultralytics doesn't choose it. It writes files as ever."""
    if trainer.device.type == "cpu":
        trainer.model = trainer.model.to(memory_format=torch.channels_last)


def _write_data_file(data: Data, work: Path) -> Path:
    """Ultralytics' description of a data set."""
    file = work / "data.yaml"
    content = {
        "train": str(data.train.folder / "images"),
        "val": str(data.validation.folder / "images"),
        "names": dict(enumerate(data.train.names)),
    }
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return file


def _fingerprint(hyperparameters: Hyperparameters, data: Data) -> str:
    facts = {
        "model": hyperparameters.model,
        "seed": hyperparameters.seed,
        "batchSize": hyperparameters.batch_size,
        "imageSize": hyperparameters.image_size,
        "steps": hyperparameters.steps,
        "epochs": hyperparameters.epochs,
        "train": data.train.sha256,
        "validation": data.validation.sha256,
        "ultralytics": ultralytics.__version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
