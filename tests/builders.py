"""What tests are about: the day they are told to be on."""

from datetime import date

# After the mergers of April 2026 and before anything that is planned for 2027.
TODAY = date(2026, 11, 21)
