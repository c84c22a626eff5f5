"""Picture headers: every kind Pillow can write, cut at every byte."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from unify.core.image import inspect_picture
from unify.core.types import PictureFormat

ORIENTATION_TAG = 0x0112


def encode(file_format, mode="RGB", size=(7, 5), **options):
    picture = Image.fromarray(np.arange(size[0] * size[1] * 3, dtype=np.uint8).reshape(size[1], size[0], 3))
    file = io.BytesIO()
    if mode == "I;16":
        picture = Image.fromarray(np.arange(size[0] * size[1], dtype=np.uint16).reshape(size[1], size[0]) * 1000)
    else:
        picture = picture.convert(mode)
    picture.save(file, file_format, **options)
    return file.getvalue()


def with_orientation(value):
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = value
    return exif


def jpeg_segment(marker, payload):
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def jpeg_with_exif(tiff):
    plain = encode("JPEG")
    return plain[:2] + jpeg_segment(0xE1, b"Exif\0\0" + tiff) + plain[2:]


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_of_any_colour_is_jpeg(mode, progressive):
    assert inspect_picture(encode("JPEG", mode, progressive=progressive)) == (PictureFormat.JPEG, (5, 7), 1)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_png_of_any_colour_is_png(mode):
    assert inspect_picture(encode("PNG", mode)) == (PictureFormat.PNG, (5, 7), 1)


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "BMP", "TIFF"])
def test_other_pictures_are_left_to_a_decoder(file_format):
    assert inspect_picture(encode(file_format)) == (PictureFormat.OTHER, (0, 0), 1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_orientation_is_reported_and_the_size_stays_that_of_the_stored_pixels(file_format, orientation):
    info = inspect_picture(encode(file_format, exif=with_orientation(orientation)))
    assert (info.image_hw, info.orientation) == ((5, 7), orientation)


@pytest.mark.parametrize("order, mark", [("<", b"II*\0"), (">", b"MM\0*")])
def test_both_byte_orders_of_exif_are_read(order, mark):
    tiff = mark + struct.pack(f"{order}IHHHIHH", 8, 1, ORIENTATION_TAG, 3, 1, 6, 0)
    assert inspect_picture(jpeg_with_exif(tiff)).orientation == 6


@pytest.mark.parametrize(
    "tiff",
    [b"", b"XX*\0", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", with_orientation(9).tobytes()[6:]],
)
def test_broken_exif_is_ignored(tiff):
    assert inspect_picture(jpeg_with_exif(tiff)) == (PictureFormat.JPEG, (5, 7), 1)


@given(st.binary(max_size=60))
def test_no_exif_block_breaks_a_picture(tiff):
    assert inspect_picture(jpeg_with_exif(b"MM\0*" + tiff)).image_hw == (5, 7)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_a_picture_cut_anywhere_is_refused(file_format):
    whole = encode(file_format, size=(40, 30), exif=with_orientation(6))
    for length in range(len(whole)):
        with pytest.raises(ValueError):
            inspect_picture(whole[:length])


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_garbage_after_the_end_is_fine(file_format):
    assert inspect_picture(encode(file_format) + b"\0" * 100).image_hw == (5, 7)


def test_the_end_marker_of_a_thumbnail_does_not_count():
    thumbnail = jpeg_with_exif(b"II*\0" + encode("JPEG"))
    with pytest.raises(ValueError, match="^truncated: JPEG without its end marker$"):
        inspect_picture(thumbnail[:-2])


def test_stray_and_fill_bytes_between_segments_are_skipped_as_decoders_do():
    plain = encode("JPEG")
    assert inspect_picture(plain[:2] + b"\xff\xff\x01" + plain[2:]).image_hw == (5, 7)
    assert inspect_picture(plain[:2] + b"\x55" + plain[2:]).image_hw == (5, 7)


@pytest.mark.parametrize("change", ["arithmetic", "lossless", "12 bit"])
def test_jpeg_that_tensorflow_cannot_decode_is_other(change):
    data = bytearray(encode("JPEG"))
    frame = data.index(b"\xff\xc0")
    if change == "12 bit":
        data[frame + 4] = 12
    else:
        data[frame + 1] = {"arithmetic": 0xC9, "lossless": 0xC3}[change]
    assert inspect_picture(bytes(data)).format == PictureFormat.OTHER


def resized_png(width, height):
    data = bytearray(encode("PNG"))
    data[16:24] = struct.pack(">II", width, height)
    return bytes(data)


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "empty file"),
        (b"<!DOCTYPE html><p>404", "not a picture: starts with b'<!DOCTYPE ht'"),
        (b"\xff\xd8\xff\xd9", "not a picture: JPEG without pixels"),
        (b"\xff\xd8" + jpeg_segment(0xDA, b"") + b"\xff\xd9", "not a picture: JPEG without a frame header"),
        (b"\xff\xd8\xff\xe0\0", "truncated: JPEG ends inside its headers"),
        (encode("JPEG")[:-2], "truncated: JPEG without its end marker"),
        (encode("PNG")[:-1], "truncated: PNG without its end chunk"),
        (encode("PNG")[:12], "truncated: PNG without a header"),
        (encode("PNG").replace(b"IHDR", b"IHDX"), "not a picture: PNG without a header"),
        (resized_png(0, 5), "not a picture: its header says 0 x 5 pixels"),
        (resized_png(2**14, 2**14 + 1), "too large: 16384 x 16385 pixels, at most 268,435,456 in all"),
    ],
)
def test_the_reason_says_what_is_wrong(data, reason):
    with pytest.raises(ValueError) as error:
        inspect_picture(data)
    assert str(error.value) == reason


def test_the_largest_picture_allowed_passes():
    assert inspect_picture(resized_png(2**14, 2**14)).image_hw == (2**14, 2**14)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_any_bytes_give_a_picture_or_a_reason(data, magic):
    try:
        info = inspect_picture(magic + data)
    except ValueError as error:
        assert str(error)
    else:
        assert info.orientation in range(1, 9)
