"""Charts of the ledger as coordinates for an SVG. Reads no database."""

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
    """A step chart of the count with labels of its axes, in units of the viewBox."""

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
    changes = [step for step in steps if step.difference or step is steps[0]]
    if not changes:
        return StepChart("", [], [], [])
    first, last = date(changes[0].day.year, 1, 1), date(until.year + 1, 1, 1)
    top = max(step.count for step in changes)
    top += -top % 10

    def x(day: date) -> float:
        span = (last - first).days
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span, 1)

    def y(number: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / top, 1)

    path = f"M{x(changes[0].day)} {y(0)}"
    for step in changes:
        path += f"H{x(step.day)}V{y(step.count)}"
    path += f"H{x(until)}"
    return StepChart(
        path,
        years=[
            ChartLabel(x(date(year, 1, 1)), HEIGHT - 8, str(year))
            for year in range(first.year, last.year)
        ],
        numbers=[ChartLabel(LEFT - 6, y(number), str(number)) for number in range(0, top + 1, 10)],
        points=[ChartLabel(x(step.day), y(step.count), str(step.count)) for step in changes],
    )


@dataclass(frozen=True)
class Bar:
    """The share of residents in a system after a step, in per cent, and as a bar of the chart."""

    step: CountStep
    per_cent: float
    width: float
    y: int


@dataclass(frozen=True)
class CoverageChart:
    """A bar chart of the share of residents in a system, in units of the viewBox."""

    bars: list[Bar]
    height: int
    whole: int = 320  # the width of a bar of 100%


BAR_STEP = 26  # from the top of a bar to the top of the next


def coverage(atlas: Atlas, steps: list[CountStep]) -> CoverageChart:
    """A bar for each step on which systems opened."""
    everybody = sum(area.residents for area in atlas.areas.values()) or 1
    openings = [step for step in steps if step.opened]
    bars = [
        Bar(
            step,
            round(100 * step.residents / everybody, 1),
            round(CoverageChart.whole * step.residents / everybody, 1),
            BAR_STEP * number,
        )
        for number, step in enumerate(openings)
    ]
    return CoverageChart(bars, BAR_STEP * len(bars))
