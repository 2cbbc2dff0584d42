"""The number of systems over time, drawn from the ledger as plain numbers for an SVG. Pure."""

from dataclasses import dataclass
from datetime import date

from systems.atlas import Atlas
from timeline.ledger.steps import CountStep

WIDTH, HEIGHT = 480, 210
LEFT, RIGHT, TOP, BOTTOM = 28, 12, 18, 30


@dataclass(frozen=True)
class ChartLabel:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class StepChart:
    """A step line, with the marks of its axes, in the units of the SVG's own viewBox."""

    path: str
    years: list[ChartLabel]
    numbers: list[ChartLabel]
    points: list[ChartLabel]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def step_line(steps: list[CountStep], until: date) -> StepChart:
    """Draw the steps at which the number changes, from the first to `until`."""
    turns = [step for step in steps if step.difference or step is steps[0]]
    if not turns:
        return StepChart("", [], [], [])
    first, last = date(turns[0].day.year, 1, 1), date(until.year + 1, 1, 1)
    top = max(step.count for step in turns)
    top += -top % 10

    def x(day: date) -> float:
        span = (last - first).days
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span, 1)

    def y(number: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / top, 1)

    path = f"M{x(turns[0].day)} {y(0)}"
    for step in turns:
        path += f"H{x(step.day)}V{y(step.count)}"
    path += f"H{x(until)}"
    return StepChart(
        path,
        years=[
            ChartLabel(x(date(year, 1, 1)), HEIGHT - 8, str(year))
            for year in range(first.year, last.year)
        ],
        numbers=[ChartLabel(LEFT - 6, y(number), str(number)) for number in range(0, top + 1, 10)],
        points=[ChartLabel(x(step.day), y(step.count), str(step.count)) for step in turns],
    )


@dataclass(frozen=True)
class Bar:
    """How much of England was in a system after a wave: per cent of residents, and drawn."""

    step: CountStep
    per_cent: float
    width: float
    y: int


@dataclass(frozen=True)
class CoverageChart:
    """A bar for each wave, in the units of the SVG's own viewBox."""

    bars: list[Bar]
    height: int
    whole: int = 320  # the width of a bar that stands for everybody


BAR_STEP = 26


def coverage(atlas: Atlas, steps: list[CountStep]) -> CoverageChart:
    """A bar for each step on which systems opened."""
    everybody = sum(area.residents for area in atlas.areas.values()) or 1
    waves = [step for step in steps if step.opened]
    bars = [
        Bar(
            step,
            round(100 * step.residents / everybody, 1),
            round(CoverageChart.whole * step.residents / everybody, 1),
            BAR_STEP * number,
        )
        for number, step in enumerate(waves)
    ]
    return CoverageChart(bars, BAR_STEP * len(bars))
