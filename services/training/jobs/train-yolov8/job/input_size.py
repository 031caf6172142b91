"""The shape of the exported network's input, as `packages/vision/src/size.ts` has it for the embedded trainer."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image


@dataclass(frozen=True)
class Size:
    """In pixels."""

    width: int
    height: int


def size_of(image: Path) -> Size:
    """Of an upright image's file."""
    with Image.open(image) as opened:
        return Size(opened.width, opened.height)


def input_for(images: Iterable[Size], side: int, stride: int) -> Size:
    """The smallest input that shows all images as large as a square of `side` pixels would, in multiples of `stride`."""
    columns = rows = 0
    for image in images:
        longer = max(image.width, image.height)
        # Whole numbers: rounded up once, where they are exact.
        columns = max(columns, -(-image.width * side // (longer * stride)))
        rows = max(rows, -(-image.height * side // (longer * stride)))
    return Size(columns * stride, rows * stride)
