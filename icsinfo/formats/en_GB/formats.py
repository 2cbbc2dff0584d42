"""How dates and times may be typed. The first of each is how they are shown."""

from icsinfo.dates import DAYS

DATE_INPUT_FORMATS = ["%d/%m/%Y", *DAYS]
TIME_INPUT_FORMATS = [
    *("%H:%M:%S", "%H:%M", "%H.%M"),
    *("%I%p", "%I %p", "%I:%M%p", "%I:%M %p", "%I.%M%p", "%I.%M %p"),
]
