"""What the site cannot do without, and has not got just now."""


class UnavailableError(Exception):
    """Answered with 503: somebody has to mend something, and asking again later may help."""
