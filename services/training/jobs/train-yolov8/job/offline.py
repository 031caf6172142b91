"""Ultralytics, kept from the network.

Unless told otherwise it sends usage statistics, installs packages that it misses, and downloads a font and a checkpoint
to try mixed precision on. A training job reads its channels and nothing else.
"""

import logging
import os
import shutil
from pathlib import Path

import matplotlib


def keep_offline(config: Path, threads: int) -> None:
    """Has to be called before the first import of ultralytics, which reads all this while it is imported."""
    os.environ["YOLO_OFFLINE"] = "true"
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ["YOLO_CONFIG_DIR"] = str(config)
    # It would set one thread, and later all cores but one.
    os.environ["OMP_NUM_THREADS"] = str(threads)
    # A thread that waits for the others sleeps. Spinning, it takes the core from them wherever something else runs too.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    _provide_font(config / "Ultralytics")


def _provide_font(settings: Path) -> None:
    """Nothing is drawn, but the font is fetched all the same where it isn't found here."""
    settings.mkdir(parents=True, exist_ok=True)
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    for name in ("Arial.ttf", "Arial.Unicode.ttf"):
        shutil.copyfile(font, settings / name)


def use_quietly(threads: int) -> None:
    """To be called after the first import: so many CPU threads wherever a device is selected, and warnings only.

    Ultralytics' tables and progress bars are for a terminal; the job prints a line an epoch.
    """
    from ultralytics.utils import LOGGER, torch_utils

    torch_utils.NUM_THREADS = threads
    LOGGER.setLevel(logging.WARNING)
