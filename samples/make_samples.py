"""Draws the drawn samples; README.md names the rest. Run it with `.dayshift/venv-vision/bin/python`.

Pillow's own font (Aileron, CC0) is used, so that the files do not depend on the fonts of a machine.
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

SIGNS, PHOTOS = (Path(__file__).resolve().parent / name for name in ("signs", "photos"))
PAGE = (
    "Dayshift reads what is dropped into a bucket.",
    "A model is started when there is work for it,",
    "and stopped when the work is done.",
    "Nothing is lost while it sleeps.",
)
ORIENTATION, TURNED_LEFT = 0x0112, 6  # EXIF: to be shown, the picture is turned a quarter to the right


def board(size: tuple[int, int], colour: str, lines: tuple[tuple[int, str], ...], ink: str = "white") -> Image.Image:
    """A sign: lines of text, each with its size, one below the other in the middle."""
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    draw.rectangle((12, 12, size[0] - 13, size[1] - 13), outline=ink, width=4)
    top = (size[1] - sum(int(height * 1.5) for height, _ in lines)) // 2
    for height, text in lines:
        draw.text((size[0] // 2, top), text, fill=ink, font=ImageFont.load_default(height), anchor="ma")
        top += int(height * 1.5)
    return image


def page() -> Image.Image:
    """A page of text."""
    image = Image.new("RGB", (640, 360), "white")
    draw = ImageDraw.Draw(image)
    draw.text((50, 40), "How it works", fill="black", font=ImageFont.load_default(36))
    for place, line in enumerate(PAGE):
        draw.text((50, 120 + place * 50), line, fill="black", font=ImageFont.load_default(24))
    return image


def meadow() -> Image.Image:
    """A sky above a meadow, with the grain that a camera's picture has."""
    chance = np.random.default_rng(7)
    height, width, horizon = 400, 600, 220
    picture = np.zeros((height, width, 3), np.float64)
    down = np.linspace(0, 1, horizon)[:, None, None]
    picture[:horizon] = (1 - down) * np.array([70, 130, 215]) + down * np.array([165, 205, 240])
    blades = cv2.GaussianBlur(chance.normal(0, 60, (height - horizon, width)), (1, 5), 0)
    picture[horizon:] = np.array([70, 140, 50]) + blades[:, :, None] * np.array([0.7, 1.0, 0.5])
    picture += chance.normal(0, 2.5, picture.shape)
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def code() -> Image.Image:
    """A QR code with its meaning below."""
    squares = Image.fromarray(cv2.QRCodeEncoder.create().encode("https://example.com/dayshift"))
    image = Image.new("RGB", (360, 400), "white")
    image.paste(squares.resize((300, 300), Image.Resampling.NEAREST), (30, 20))
    draw = ImageDraw.Draw(image)
    draw.text((180, 340), "SCAN ME", fill="black", font=ImageFont.load_default(30), anchor="ma")
    return image


def main() -> None:
    """Writes every drawn sample."""
    hours = board((600, 400), "#143c8c", ((80, "OPEN"), (40, "Monday to Friday"), (40, "08:00 - 18:00")))
    hours.save(SIGNS / "opening hours.jpg", quality=88)
    page().save(SIGNS / "page.png", optimize=True)
    parking = board((300, 480), "#0b5d3b", ((56, "PARKING"), (34, "LEVEL 2"), (34, "EXIT")))
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_LEFT
    parking.transpose(Image.Transpose.ROTATE_90).save(SIGNS / "turned.jpg", quality=88, exif=exif)
    sale = board((520, 260), "#a31621", ((44, "RED + BLUE"), (44, "50 % OFF")))
    sale.save(SIGNS / "red + blue 50% off.jpg", quality=88)
    board((420, 260), "#5b3a1e", ((50, "CAFE"), (40, "MUNCHEN"))).save(SIGNS / "café münchen.jpg", quality=88)
    code().save(SIGNS / "qr code.png", optimize=True)
    frames = [board((240, 160), colour, ((40, "GIF"),)) for colour in ("#222222", "#884400")]
    frames[0].save(SIGNS / "animated.gif", save_all=True, append_images=frames[1:], duration=500)
    whole = (SIGNS / "opening hours.jpg").read_bytes()
    (SIGNS / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (SIGNS / "empty.jpg").write_bytes(b"")
    meadow().save(PHOTOS / "meadow.jpg", quality=85)
    ImageOps.grayscale(meadow()).save(PHOTOS / "meadow grey.jpg", quality=80)


if __name__ == "__main__":
    main()
