"""The colours of tokens.css have enough contrast in light and in dark (WCAG 2.2, AA)."""

import math
import re
from pathlib import Path

import pytest
from django.conf import settings

COLOUR = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)"
PAIR = re.compile(rf"--([\w-]+): light-dark\({COLOUR}, {COLOUR}\)")
PHASES = ["slate", "blue", "teal", "green", "olive", "amber", "orange", "red", "pink", "violet"]


def tokens():
    text = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
    return {
        name: [tuple(map(float, values[:3])), tuple(map(float, values[3:]))] for name, *values in PAIR.findall(text)
    }


TOKENS = tokens()


def luminance(colour):
    lightness, chroma, hue = colour[0] / 100, colour[1], math.radians(colour[2])
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1, max(0, channel)) for channel in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("phase", PHASES)
def test_text_on_a_phase_and_the_phase_on_its_surface_can_be_read(phase, scheme):
    colour = TOKENS[f"p-{phase}"][scheme]

    assert contrast(colour, TOKENS["on-phase"][scheme]) >= 4.5
    assert contrast(colour, TOKENS["surface"][scheme]) >= 3


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken", "raised", "hover"])
@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3", "accent", "good", "bad", "warn"])
def test_every_ink_can_be_read_on_every_ground(ink, ground, scheme):
    assert contrast(TOKENS[ink][scheme], TOKENS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("tone", ["accent", "good", "bad", "warn"])
def test_every_tone_can_be_read_on_its_own_tint(tone, scheme):
    assert contrast(TOKENS[tone][scheme], TOKENS[f"{tone}-soft"][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_edge_of_an_input_can_be_seen(scheme):
    assert contrast(TOKENS["edge"][scheme], TOKENS["surface"][scheme]) >= 3
