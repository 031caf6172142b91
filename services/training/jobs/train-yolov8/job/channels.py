"""The channels' archives, as prepare-dataset writes them."""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .errors import JobError
from .labels import check_labels
from .upright import upright

# Nothing of an archive is written under a name of its own but these: no path leads out of the folder.
_IMAGE = re.compile(r"images/([A-Za-z0-9_-][A-Za-z0-9._-]*)\.[A-Za-z0-9]+")
_LABELS = re.compile(r"labels/([A-Za-z0-9_-][A-Za-z0-9._-]*)\.txt")
_LARGEST_FILE = 512 * 1024 * 1024


@dataclass(frozen=True)
class Channel:
    """A channel's images, unpacked, and what `data.json` says of them."""

    folder: Path
    """Has `images/` and, for each image, a label file in `labels/`: the layout that Ultralytics reads."""
    images: tuple[Path, ...]
    """In the order of their ids."""
    boxes: int
    names: tuple[str, ...]
    snapshot: dict[str, str]
    sha256: str


@dataclass(frozen=True)
class Data:
    """The two channels that a training reads."""

    train: Channel
    validation: Channel


def read_channel(archive: Path, folder: Path, sha256: str | None) -> Channel:
    """Unpacks `data.json`, `images/<id>.<ext>` and `labels/<id>.txt` of a `.tar.gz` into an empty folder.

    Raises JobError naming the archive and the file in it that is missing or wrong.
    """
    try:
        return _read(archive, folder, sha256)
    except (JobError, OSError, EOFError, ValueError, tarfile.TarError) as error:
        raise JobError(f"the channel's archive {archive} can't be used: {error}") from error


def _read(archive: Path, folder: Path, sha256: str | None) -> Channel:
    found = _digest(archive)
    if sha256 is not None and found != sha256:
        raise JobError(f"its digest is {found}, not {sha256}: it was changed since it was prepared")
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    images: dict[str, Path] = {}
    labels: dict[str, str] = {}
    description: bytes | None = None
    for name, data in _files(archive):
        if name == "data.json":
            description = data
        elif match := _IMAGE.fullmatch(name):
            if match[1] in images:
                raise JobError(f"it has two images of the id {match[1]}")
            images[match[1]] = _write_image(folder, match[1], name, data)
        elif match := _LABELS.fullmatch(name):
            labels[match[1]] = data.decode("utf-8")
        else:
            raise JobError(f"{name} is none of data.json, images/<id>.<ext> and labels/<id>.txt")
    names, snapshot = _parse_description(description)
    if not images:
        raise JobError("it has no images")
    boxes = 0
    for image_id in images:
        if image_id not in labels:
            raise JobError(f"it has no labels/{image_id}.txt")
        boxes += check_labels(labels[image_id], f"labels/{image_id}.txt", len(names))
        (folder / "labels" / f"{image_id}.txt").write_text(labels[image_id], "utf-8")
    return Channel(folder, tuple(images[image_id] for image_id in sorted(images)), boxes, names, snapshot, found)


def _digest(archive: Path) -> str:
    with archive.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _files(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files; folders and links are passed over."""
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            if not member.isreg():
                continue
            if member.size > _LARGEST_FILE:
                raise JobError(f"{member.name} has {member.size} bytes, {_LARGEST_FILE} is the most")
            file = tar.extractfile(member)
            assert file is not None  # of a regular file
            yield member.name.removeprefix("./"), file.read()


def _write_image(folder: Path, image_id: str, name: str, data: bytes) -> Path:
    try:
        content, extension = upright(data)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise JobError(f"{name} ({len(data)} bytes) can't be decoded: {error}") from error
    path = folder / "images" / f"{image_id}.{extension}"
    path.write_bytes(content)
    return path


def _parse_description(data: bytes | None) -> tuple[tuple[str, ...], dict[str, str]]:
    if data is None:
        raise JobError("it has no data.json")
    match json.loads(data):
        case {"names": [str(), *_] as names, "snapshot": {"uri": str(uri), "sha256": str(sha256)}} if all(
            isinstance(name, str) and name for name in names
        ):
            return tuple(names), {"uri": uri, "sha256": sha256}
    raise JobError("its data.json doesn't say names (at least one) and snapshot (uri, sha256)")
