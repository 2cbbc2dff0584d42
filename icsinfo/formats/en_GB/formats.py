"""How dates may be typed, beside 2026-11-02, which Django adds. The first is how they are shown."""

DATE_INPUT_FORMATS = ["%d/%m/%Y", "%d/%m/%y", "%d %B %Y", "%d %b %Y"]
