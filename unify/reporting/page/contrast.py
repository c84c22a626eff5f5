"""How well text can be told from what lies behind it, as WCAG 2.2 measures it."""

from __future__ import annotations

from collections.abc import Sequence

Colour = Sequence[int]  # red, green, blue in 0..255
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours in 1..21; text needs 4.5, large text and marks 3.

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: Colour) -> Colour:
    """White or black, whichever is read better on a colour; the better of both has a contrast of 4.58 at least."""
    return max(WHITE, BLACK, key=lambda ink: contrast(ink, colour))


def _luminance(colour: Colour) -> float:
    """Relative luminance of an sRGB colour in 0..1."""
    parts = [each / 255 for each in colour]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
