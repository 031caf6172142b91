"""Where things lie in a training container ("How Amazon SageMaker Provides Training Information")."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folders:
    """The container's folders below `base`, which is /opt/ml on SageMaker."""

    base: Path

    @property
    def hyperparameters(self) -> Path:
        return self.base / "input" / "config" / "hyperparameters.json"

    @property
    def checkpoint(self) -> Path:
        return self.base / "checkpoints" / "checkpoint.zip"

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def failure(self) -> Path:
        return self.base / "output" / "failure"

    def channel(self, name: str) -> Path:
        return self.base / "input" / "data" / name / f"{name}.tar.gz"
