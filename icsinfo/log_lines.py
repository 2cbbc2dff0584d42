"""Log lines without what somebody sent."""

import logging


class LineFormatter(logging.Formatter):
    """Of a request that Django refuses as suspicious, the line says only the kind.

    The message and the traceback quote what was sent as it is: a host, a parameter's name with line
    breaks in it, which would be lines of their own in the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("django.security."):
            said = {"msg": "A request was refused.", "args": (), "exc_info": None, "exc_text": None}
            record = logging.makeLogRecord(record.__dict__ | said)
        return super().format(record)
