"""Entry point of the training container: trains YOLOv8 with Ultralytics under SageMaker's contract."""

import os
import sys
from pathlib import Path

from job.run import run

if __name__ == "__main__":
    sys.exit(run(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))))
