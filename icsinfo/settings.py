"""One settings file for every machine; what differs comes from the environment.

`ICSINFO_LOCAL=1` (set by `./dev`) is somebody's own computer: a secret key is made up and plain
HTTP on loopback is served. Without it this is production, and a missing value stops the start
with a sentence that says what to set. docs/production.md lists the variables.
"""

import os
import re
import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env_flag(name: str) -> bool:
    """Read a yes-or-no environment variable. Raises ImproperlyConfigured for other words."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "no", "false"}:
        return False
    if value in {"1", "yes", "true"}:
        return True
    raise ImproperlyConfigured(f"{name} is {value!r}; set it to 1 or 0.")


def env_required(name: str, example: str) -> str:
    """Read an environment variable that production cannot do without."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it, for example to {example!r}, "
            "or set ICSINFO_LOCAL=1 if this is your own computer."
        )
    return value


def env_number(name: str, default: int) -> int:
    """Read a whole number from the environment. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a whole number, or leave it.")
    return int(value)


LOCAL = env_flag("ICSINFO_LOCAL")
DEBUG = env_flag("ICSINFO_DEBUG")

# Everything the site writes on its own account: the SQLite file and the collected static files.
STATE_DIR = Path(os.environ.get("ICSINFO_STATE") or BASE_DIR / ".local")

if LOCAL:
    SECRET_KEY = os.environ.get("ICSINFO_SECRET_KEY") or secrets.token_urlsafe(50)
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    CSRF_TRUSTED_ORIGINS: list[str] = []
    PROXIES = env_number("ICSINFO_PROXIES", 0)
    COOKIE_PREFIX = ""
else:
    SECRET_KEY = env_required("ICSINFO_SECRET_KEY", secrets.token_urlsafe(50))
    ALLOWED_HOSTS = env_required("ICSINFO_HOSTS", "ics.example.org").replace(" ", "").split(",")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine itself
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # How many proxies of ours a request comes through: each adds to X-Forwarded-For whom it served.
    PROXIES = env_number("ICSINFO_PROXIES", 1)
    # A browser takes a cookie of such a name by HTTPS alone, and from no other host or sub-domain.
    COOKIE_PREFIX = "__Host-"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Only the pages under /admin/ have cookies (icsinfo/staff.py). A session is over after an hour in
# which nothing was asked, after 12 hours (icsinfo/staff.py), and when the browser is closed.
SESSION_ENGINE = "icsinfo.staff"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_AGE = 60 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
# Whoever follows a link from another site is not signed out by that: icsinfo/staff.py.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

OTP_TOTP_ISSUER = "ICS Info"
OTP_TOTP_THROTTLE_FACTOR = (
    0  # wrong codes are counted with wrong passwords: systems/signin/lockout.py
)

INSTALLED_APPS = [
    "systems.signin.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "reversion",
    "systems",
    "timeline",
]

MIDDLEWARE = [
    "icsinfo.circuit_breaker.limit_waiting",
    "systems.gazetteer.GazetteerMiddleware",
    "icsinfo.rendering.QueryParametersMiddleware",
    "icsinfo.http.normalise_length",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "icsinfo.http_caching.public_compression",
    "icsinfo.http_caching.public_caching",
    "icsinfo.http.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "icsinfo.api.api_middleware",
    "icsinfo.staff.StaffSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "icsinfo.staff.StaffUsers",
    "icsinfo.staff.StaffFactors",
    "icsinfo.staff.StaffMessages",
    "systems.views.former.former_addresses",
    "icsinfo.errors.DatabaseUnavailableMiddleware",
]

ROOT_URLCONF = "icsinfo.urls"
WSGI_APPLICATION = "icsinfo.wsgi.application"
# The site is at the root of its host. Else a header of anybody's says where links begin, and what a
# process remembers of them has that for all.
FORCE_SCRIPT_NAME = ""

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"head": "icsinfo.head", "linking": "icsinfo.linking"},
        },
    },
]

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{STATE_DIR / 'db.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "icsinfo.databases.sqlite3"
    DATABASES["default"]["OPTIONS"] = {
        # Readers go on while one process writes; a second writer waits instead of failing.
        # Each thread has a connection, whose own pages (kB) and statements were 6 MB.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-500;"
        ),
        "cached_statements": 32,
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "icsinfo.databases.postgresql"
    # These end what waits for a machine that is gone, and what a server that is well is asked. A
    # server that hangs is what the circuit breaker is for.
    options = DATABASES["default"].setdefault("OPTIONS", {})
    for name, value in {
        "connect_timeout": 2,  # the least that psycopg takes
        "tcp_user_timeout": 5_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
    }.items():
        options.setdefault(name, value)
    limits = {
        # Compiling which sources somebody may see took six times as long as answering that.
        "jit": "off",
        "statement_timeout": "60s",
        "lock_timeout": "20s",
        "idle_in_transaction_session_timeout": "60s",
    }
    set_here = " ".join(f"-c {name}={value}" for name, value in limits.items())
    options["options"] = f"{set_here} {options.get('options', '')}".strip()

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "icsinfo.formats"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
BACKUPS = Path(os.environ.get("ICSINFO_BACKUPS") or STATE_DIR / "backups")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What a form or the API may send at most. Nothing sent here is ever written to disk, so that a
# postcode cannot be left behind in a temporary file.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# How often one client may ask the API; 0 is as often as it likes. Pages are never limited.
API_REQUESTS_A_MINUTE = env_number("ICSINFO_API_REQUESTS_A_MINUTE", 0 if LOCAL else 300)

FILTERS_EMPTY_CHOICE_LABEL = "All"

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "script-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

FIXTURES = BASE_DIR / "fixtures"
POSTCODE_DIRECTORY = FIXTURES / "postcodes.csv.gz"
NATIONS_FILE = FIXTURES / "other_nations.csv"
NATION_GUIDES_FILE = FIXTURES / "nation_guides.csv"
PLACES_FILE = FIXTURES / "places.csv"
OUTLINES_FILE = FIXTURES / "outlines.csv"
ACCESSIBILITY_RECORD = FIXTURES / "accessibility.json"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "icsinfo.log_lines.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Says every address that was not found, and somebody may have typed a postcode there.
        "django.request": {"level": "ERROR"},
        # Says the address of every form that is refused, for the same reason.
        "django.security.csrf": {"level": "ERROR"},
        # At DEBUG it writes out the whole context of a page, and what was typed is in it.
        "django.template": {"level": "INFO"},
    },
}
