import hashlib
import io
import os

import numpy as np
import pytest
from PIL import Image, ImageCms

from unify.errors import PictureError
from unify.records.pictures import png_of, read_picture

DATA = b"\xff\xd8\xff a picture"
DIGEST = np.frombuffer(hashlib.sha256(DATA).digest(), np.uint8)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(DATA)
    return path


def read(path, mtime_ns=None):
    mtime_ns = os.stat(path).st_mtime_ns if mtime_ns is None else mtime_ns
    return read_picture(str(path), num_bytes=len(DATA), mtime_ns=mtime_ns, sha256=DIGEST)


def message_of(path, **arguments):
    with pytest.raises(PictureError) as raised:
        read(path, **arguments)
    return str(raised.value)


def test_an_untouched_picture_is_trusted(path):
    known = os.stat(path).st_mtime_ns
    path.write_bytes(DATA[::-1])
    os.utime(path, ns=(known, known))  # same size, same time: the price of not hashing every picture again
    assert read(path) == DATA[::-1]


def test_a_touched_picture_with_the_same_bytes_passes(path):
    assert read(path, mtime_ns=1) == DATA


@pytest.mark.parametrize("data", [DATA[::-1], DATA + b"more", DATA[:-1], b""])
def test_a_changed_picture_is_refused(path, data):
    path.write_bytes(data)
    assert message_of(path, mtime_ns=1) == (
        f"{path}: picture changed since its batch was locked\n"
        f"  got:      sha256 {hashlib.sha256(data).hexdigest()}\n"
        f"  expected: sha256 {hashlib.sha256(DATA).hexdigest()}\n"
        "  fix:      put the registered file back, or register the new pictures as a new batch"
    )


def test_a_missing_picture_is_refused(tmp_path):
    path = tmp_path / "gone.jpg"
    assert message_of(path, mtime_ns=1) == (
        f"{path}: picture is missing\n"
        "  fix:      put the registered file back, or register the new pictures as a new batch"
    )


def test_a_folder_is_no_picture(tmp_path):
    assert message_of(tmp_path) == (
        f"{tmp_path}: picture cannot be read: Is a directory\n  fix:      make the file readable"
    )


def encoded(picture, file_format, **options):
    out = io.BytesIO()
    picture.save(out, file_format, **options)
    return out.getvalue()


def transcoded(data):
    return Image.open(io.BytesIO(png_of(data, "a.webp")))


RGB = Image.fromarray(np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3))


@pytest.mark.parametrize(
    ("data", "pixels"),
    [
        (encoded(RGB, "WEBP", lossless=True), RGB),
        (encoded(RGB, "BMP"), RGB),
        (encoded(RGB.convert("L"), "TIFF"), RGB.convert("L")),
        (encoded(RGB.convert("1"), "BMP"), RGB.convert("1").convert("L")),
        (encoded(RGB.convert("P"), "GIF"), RGB.convert("P").convert("RGB")),
        (encoded(RGB.convert("CMYK"), "TIFF"), RGB.convert("CMYK").convert("RGB")),
        (encoded(RGB, "TIFF", save_all=True, append_images=[RGB.rotate(180)]), RGB),
    ],
    ids=["webp", "bmp", "gray tiff", "one bit", "palette", "cmyk", "first frame"],
)
def test_pixels_survive_transcoding(data, pixels):
    picture = transcoded(data)
    assert picture.format == "PNG"
    assert picture.mode == pixels.mode
    difference = np.asarray(picture, int) - np.asarray(pixels, int)
    assert abs(difference).max() == 0


def test_alpha_is_dropped_not_blended():
    translucent = RGB.copy()
    translucent.putalpha(10)
    assert np.array_equal(np.asarray(transcoded(encoded(translucent, "TIFF"))), np.asarray(RGB))


@pytest.mark.parametrize("byte_order", ["<u2", ">u2"])
def test_sixteen_bit_gray_keeps_its_high_byte(byte_order):
    gray = np.array([[0, 255, 256, 65535]], np.uint16)
    data = encoded(Image.fromarray(gray.astype(byte_order)), "TIFF")
    assert np.asarray(transcoded(data)).tolist() == [[0, 0, 1, 255]]


def test_orientation_is_not_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    picture = transcoded(encoded(RGB, "WEBP", lossless=True, exif=exif.tobytes()))
    assert picture.size == RGB.size
    assert picture.info == {}


def test_nothing_but_pixels_is_kept():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert transcoded(encoded(RGB, "WEBP", lossless=True, icc_profile=profile)).info == {}


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (b"no picture", "cannot identify image file"),
        (encoded(RGB, "BMP")[:-9], "image file is truncated"),
        (encoded(Image.new("F", (2, 2)), "TIFF"), "pixels of mode F have no 8-bit meaning"),
    ],
)
def test_what_cannot_be_transcoded_is_refused(data, got):
    with pytest.raises(PictureError) as raised:
        png_of(data, "a.bmp")
    (problem,) = raised.value.problems
    assert str(problem.where) == "a.bmp"
    assert problem.what == "picture cannot be transcoded to PNG"
    assert problem.got.startswith(got)
    assert problem.fix == "convert the picture to JPEG or PNG and register that, or leave it out"
