"""Images as the line's inspector sees them: upright by EXIF, 8-bit sRGB, without alpha.

OpenCV, which Ultralytics reads with, knows none of it for all formats: a rotated TIFF would be trained on with boxes in
the wrong places, 16 bits would become black. `packages/inspector-core/src/image-input.ts` does the same for the device.
"""

import io

import numpy as np
from PIL import Image, ImageCms, ImageOps

_ORIENTATION = 0x0112
# What shows through transparent pixels: the grey of the letterbox's bars.
_BACKGROUND = (114, 114, 114)


def upright(data: bytes) -> tuple[bytes, str]:
    """Gives an image file's bytes and extension: its own where every reader sees the same in it, else a PNG's.

    Raises OSError or ValueError when the file is damaged or of no known format.
    """
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        plain = (
            image.mode in ("RGB", "L") and image.info.get("icc_profile") is None and "transparency" not in image.info
        )
        if plain and image.getexif().get(_ORIENTATION, 1) == 1 and image.format in ("JPEG", "PNG"):
            return data, "jpg" if image.format == "JPEG" else "png"
        converted = io.BytesIO()
        # Level 1: lossless all the same, and these are read once an epoch.
        _to_srgb(ImageOps.exif_transpose(image)).save(converted, "PNG", compress_level=1)
        return converted.getvalue(), "png"


def _to_srgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    if "A" not in image.getbands() and "transparency" not in image.info:
        # A palette's profile is of its colours.
        plain = image.convert("RGB") if image.mode == "P" else image
        return _managed(plain, image.info.get("icc_profile"))
    seen = image.convert("RGBA")
    # Not of the background: its grey is sRGB's.
    colours = _managed(seen.convert("RGB"), image.info.get("icc_profile"))
    background = Image.new("RGB", image.size, _BACKGROUND)
    return Image.composite(colours, background, seen.getchannel("A"))


def _managed(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB, by the profile where there is one for its mode."""
    if profile is not None and image.mode in ("RGB", "CMYK"):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        managed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        if managed is not None:
            return managed
    return image.convert("RGB")
