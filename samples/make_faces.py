"""Makes the pictures of faces that are made from others: two people side by side, one in dim light, half a file.

Run it with `.dayshift/venv-vision/bin/python`. The photographs that it begins with are in `faces/`; README.md says
whose they are.
"""

from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

FOLDER = Path(__file__).resolve().parent / "faces"
GALLERY, IMAGES = FOLDER / "gallery", FOLDER / "images"
HEIGHT, QUALITY = 440, 80
DIM, TURNED_DEGREES = 0.45, 6


def two_people() -> Image.Image:
    """Barack Obama, and beside him the photo of Joe Biden, mirrored: none of it has the gallery's own pixels."""
    pictures = [_high(Image.open(IMAGES / "blue room, left.jpg")), _high(ImageOps.mirror(_joe_biden()))]
    both = Image.new("RGB", (sum(picture.width for picture in pictures), HEIGHT))
    both.paste(pictures[0], (0, 0))
    both.paste(pictures[1], (pictures[0].width, 0))
    return both


def dim() -> Image.Image:
    """Joe Biden mirrored, turned a little, and in less than half the light."""
    turned = ImageOps.mirror(_joe_biden()).rotate(TURNED_DEGREES, Image.Resampling.BICUBIC, fillcolor=(20, 20, 20))
    return ImageEnhance.Brightness(turned).enhance(DIM)


def main() -> None:
    """Writes all of them."""
    two_people().save(IMAGES / "two people.jpg", quality=QUALITY, optimize=True)
    dim().save(IMAGES / "dim and mirrored.jpg", quality=QUALITY, optimize=True)
    whole = (IMAGES / "address.jpg").read_bytes()
    (IMAGES / "truncated.jpg").write_bytes(whole[: len(whole) // 2])


def _joe_biden() -> Image.Image:
    return Image.open(GALLERY / "Joe Biden" / "blue room.jpg").convert("RGB")


def _high(picture: Image.Image) -> Image.Image:
    """All at one height."""
    return picture.resize((round(picture.width * HEIGHT / picture.height), HEIGHT), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
