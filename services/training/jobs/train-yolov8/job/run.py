"""A training job from its input to its model."""

import os
import shutil
import signal
import tempfile
import traceback
from pathlib import Path

from .channels import Data, read_channel
from .errors import JobError, JobStopped
from .folders import Folders
from .hyperparameters import STRIDE, Hyperparameters, read_hyperparameters
from .input_size import Size, input_for, size_of
from .offline import keep_offline, use_quietly

# SageMaker shows this much of a failure's reason.
_FAILURE_CHARACTERS = 1024


def run(base: Path) -> int:
    """Runs the job below `base`: hyperparameters, channels and a checkpoint if there is one, in; a model out.

    Gives the exit code: 0 when the job completed or was stopped, 1 when it failed, the reason being in
    `output/failure`. A stopped job leaves a checkpoint, once an epoch is done, and no model.
    """
    folders = Folders(base)
    try:
        with tempfile.TemporaryDirectory(prefix="train-yolov8-") as work:
            _run(folders, Path(work))
    except JobStopped:
        _print("stopped; the checkpoint is of the last epoch that was done")
    except Exception as error:  # noqa: BLE001  # whatever it is, SageMaker has to be told
        traceback.print_exc()
        folders.failure.parent.mkdir(parents=True, exist_ok=True)
        folders.failure.write_text((str(error) or repr(error))[:_FAILURE_CHARACTERS], "utf-8")
        return 1
    return 0


def _run(folders: Folders, work: Path) -> None:
    stop = _StopSignal()
    hyperparameters = read_hyperparameters(folders.hyperparameters)
    train = read_channel(folders.channel("train"), work / "train", hyperparameters.train_sha256)
    validation = read_channel(folders.channel("validation"), work / "validation", hyperparameters.validation_sha256)
    if train.names != validation.names:
        raise JobError(f"the channels' classes differ: {', '.join(train.names)}; {', '.join(validation.names)}")
    if train.boxes == 0:
        raise JobError("no training image has a labelled object: there is nothing to learn")
    data = Data(train, validation)
    images = (size_of(image) for channel in (train, validation) for image in channel.images)
    size = input_for(images, hyperparameters.image_size, STRIDE)
    _print(_plan(hyperparameters, data, size))

    threads = _threads()
    keep_offline(work / "config", threads)
    # Only now: what they import reads the environment at once.
    from .export import export_onnx
    from .manifest import write_manifest
    from .reference import write_reference
    from .train import Training, validation_metrics

    use_quietly(threads)
    outcome = Training(
        hyperparameters, data, folders.checkpoint, work, stopping=lambda: stop.received, print_line=_print
    ).train()

    model = work / "model"
    export_onnx(outcome.weights, size, len(train.names), model / "model.onnx")
    write_manifest(model, hyperparameters, size, data, outcome.validation)
    write_reference(outcome.weights, validation, size, model)
    # Into place when it is whole: what lies in `model` is uploaded even of a job that is stopped.
    shutil.copytree(model, folders.model, dirs_exist_ok=True)
    # The last value of a metric is the one that SageMaker keeps: it has to be the model's own.
    metrics = validation_metrics(outcome.metrics, validation)
    _print(f"completed {outcome.epochs} epochs after {outcome.seconds:.1f} s; the model's: {metrics}")


class _StopSignal:
    """SageMaker sends SIGTERM when a job, or its spot instance, is to end; two minutes later it is killed."""

    def __init__(self) -> None:
        self.received = False
        signal.signal(signal.SIGTERM, self._receive)

    def _receive(self, _number: int, _frame: object) -> None:
        self.received = True


def _threads() -> int:
    """Of the CPU: what OMP_NUM_THREADS allows, else as many as the container may use."""
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    if allowed.isdigit() and int(allowed) > 0:
        return int(allowed)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _plan(hyperparameters: Hyperparameters, data: Data, size: Size) -> str:
    images = len(data.train.images)
    length = (
        f"for {hyperparameters.max_seconds:.0f} s"
        if hyperparameters.fitted_to_time
        else f"{hyperparameters.epochs_for(images)} epochs"
    )
    return (
        f"{images} images to train on, {len(data.validation.images)} to validate with; "
        f"the model's input: {size.width} × {size.height} pixels; {hyperparameters.model}, {length}"
    )


def _print(line: str) -> None:
    print(line, flush=True)
