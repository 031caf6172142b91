"""YOLO label files. Ultralytics leaves a faulty one out with a warning; here it ends the job, naming the line."""

import math

from .errors import JobError


def check_labels(text: str, file: str, classes: int) -> int:
    """Checks a label file (a line an object: `class cx cy w h`, all but the class as shares of the image's sides).

    Returns how many objects it has. Raises JobError naming file and line.
    """
    objects = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        fault = _fault(line.split(), classes)
        if fault is not None:
            raise JobError(f'line {number} of {file} {fault}: "{line.strip()[:80]}"')
        objects += 1
    return objects


def _fault(fields: list[str], classes: int) -> str | None:
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        numbers = []
    if len(numbers) != 5 or not all(math.isfinite(number) for number in numbers):
        return "isn't five numbers (class cx cy w h)"
    class_id, *shares = numbers
    if class_id not in range(classes):
        return f"has class {fields[0]}; there are {classes}, from 0"
    inside = all(0 <= share <= 1 for share in shares)
    if not inside or shares[2] == 0 or shares[3] == 0:
        return "has a box that lies outside of the image or has no area"
    return None
