"""One settings file for demo, tests and production: what differs comes from the environment.

There is no softer development variant to forget about. What production refuses
(a weak secret key, DEBUG, no host list) is refused everywhere; `make demo` and
the tests generate a real key and name their hosts.
"""

from typing import Any

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from renovation.environment import BASE_DIR, data_dir, read_environment

env = environ.Env()

DATA_DIR = data_dir()

# --- What must be given -----------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY", default="")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or "change" in SECRET_KEY.lower():
    raise ImproperlyConfigured("SECRET_KEY must be a random text of at least 50 characters.")

# Earlier keys, while sessions and sealed secrets made with them are still about.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# What the codes on letters are made from. It is in no backup of the database, so it lies in a file of its own.
LETTER_KEY = env.str("LETTER_KEY", default="") or read_environment(DATA_DIR / "letter-key").get(
    "LETTER_KEY", ""
)
# Of the key that letters were made with; another one is noticed.
LETTER_KEY_FINGERPRINT = env.str("LETTER_KEY_FINGERPRINT", default="")

DEBUG = env.bool("DEBUG", default=False)
if DEBUG and env.str("ENVIRONMENT", default="production") != "development":
    raise ImproperlyConfigured("DEBUG shows residents' data to strangers: it needs ENVIRONMENT=development.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the portal's hosts, separated by commas.")

# --- Apps, from the ground up -----------------------------------------------------------

HOUSE = [
    "core",
    "files",
    "jobs",
    "outbox",
    "audit",
    "imports",
    "directory",
    "compounds",
    "projects",
    "residents",
    "delivery",
    "portal",
]

INSTALLED_APPS = [
    # `core` comes first: its `migrate` command goes before Django's own.
    *HOUSE,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "core.middleware.HeadMiddleware",
    "core.middleware.HealthMiddleware",
    # Early, so that answers given before any page is asked carry these headers too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.PolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.PlainInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before anybody asks who is signed in: below /r/ nobody of the staff is.
    "residents.middleware.ResidentsMiddleware",
    "directory.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "audit.middleware.RefusalAuditMiddleware",
    "audit.middleware.HistoryMiddleware",
    "core.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "renovation.urls"
WSGI_APPLICATION = "renovation.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.house",
                "portal.context_processors.shell",
            ],
            "builtins": ["core.templatetags.house"],
        },
    }
]

# --- Database: role `app` works, role `owner` migrates ----------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", engine="core.database")}
DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
if "DATABASE_OWNER_URL" in env:
    # Only `migrate` and the tests open this one; a web process is never given it.
    DATABASES["owner"] = env.db_url("DATABASE_OWNER_URL", engine="core.database")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who, where and why are kept in each history row itself: a shared context table would have to be updatable.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# The cache keeps to keys with its own prefix, so that it may share the queue's database; a server of its own
# is for whoever wants another eviction policy for it.
REDIS_CACHE_URL = env.str("REDIS_CACHE_URL", default=REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": "renovation",
        # One try: what waits for a cache that is away is a person.
        "OPTIONS": {
            "socket_connect_timeout": 0.2,
            "socket_timeout": 0.5,
            "retry": Retry(NoBackoff(), 0),
        },
    }
}

# --- Celery -----------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request that finds Redis gone must not hang: the due row is there, beat will find it.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0.1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 3000
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "directory: forget sessions and failed sign-ins past their time": {
        "task": "directory.tasks.forget_expired",
        "schedule": crontab(hour=3, minute=40),
    },
    "imports: forget rows staged a month ago": {
        "task": "imports.tasks.forget_old_rows",
        "schedule": crontab(hour=3, minute=50),
    },
    "imports: forget residents' personal data": {
        "task": "imports.tasks.forget_personal_data",
        "schedule": crontab(minute=20),
    },
    "jobs: pick up what is due": {"task": "jobs.tasks.pick_up_due_jobs", "schedule": 20.0},
    "outbox: deliver what is due": {"task": "outbox.tasks.deliver_due_messages", "schedule": 30.0},
    # Rules come into force at midnight; every hour, so that a worker that was away then makes up for it.
    "compounds: judge by rules newly in force": {
        "task": "compounds.tasks.rescore_due",
        "schedule": crontab(minute=5),
    },
    "residents: forget files of printed letters": {
        "task": "residents.tasks.forget_printed_letters",
        "schedule": crontab(minute=25),
    },
    "residents: forget wrong codes of yesterday": {
        "task": "residents.tasks.forget_old_attempts",
        "schedule": crontab(hour=3, minute=45),
    },
    "residents: tell of overdue opinions": {
        "task": "residents.tasks.sound_opinion_alarms",
        "schedule": crontab(hour="8-18", minute=15),
    },
    # In the morning, and again each hour of the day for a worker that was away.
    "projects: tell of overdue tasks": {
        "task": "projects.tasks.sound_alarms",
        "schedule": crontab(hour="8-18", minute=10),
    },
}

# --- People -----------------------------------------------------------------------------

AUTH_USER_MODEL = "directory.User"
AUTHENTICATION_BACKENDS = ["directory.backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "directory.passwords.ThreeKindsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:overview"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "directory.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# allauth's own limits live in the cache; the portal's are rows (directory.actions.sign_in).
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "directory.forms.account.SignInForm",
    "reauthenticate": "directory.forms.account.ConfirmPasswordForm",
    "change_password": "directory.forms.account.ChangePasswordForm",
}
MFA_FORMS = {
    "authenticate": "directory.forms.account.CodeForm",
    "reauthenticate": "directory.forms.account.ConfirmCodeForm",
    "activate_totp": "directory.forms.account.ActivateCodeForm",
}
# Office phones are seldom right to the second: the code before and after the present one count too.
MFA_TOTP_TOLERANCE = 1
MFA_ADAPTER = "directory.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = env.str("PORTAL_NAME", default="老旧小区改造")
# Written once a minute by directory.sessions instead of with every request.
USERSESSIONS_TRACK_ACTIVITY = False

# 等保 2.0: five failures lock the account, from that address, for 15 minutes.
SIGN_IN_FAILURES_ALLOWED = env.int("SIGN_IN_FAILURES_ALLOWED", default=5)
SIGN_IN_LOCK_MINUTES = env.int("SIGN_IN_LOCK_MINUTES", default=15)
IDLE_TIMEOUT_MINUTES = env.int("IDLE_TIMEOUT_MINUTES", default=30)
SECOND_FACTOR_FOR_ADMINISTRATORS = env.bool("SECOND_FACTOR_FOR_ADMINISTRATORS", default=True)
# How many proxies in front of the portal write X-Forwarded-For; 0 trusts nobody's header.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# --- Transport and content --------------------------------------------------------------

HTTPS = env.bool("HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "core.errorpages.csrf_failure"

# Map tiles come from a server the city names; without one the map draws points only.
TILE_URL = env.str("TILE_URL", default="")
TILE_ATTRIBUTION = env.str("TILE_ATTRIBUTION", default="")
# Chinese map services draw in GCJ-02: points are shifted for them.
TILE_COORDINATES = env.str("TILE_COORDINATES", default="wgs84")
TILE_ORIGINS = env.list("TILE_ORIGINS", default=[])

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *TILE_ORIGINS],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
# A workbook may be large, a form may not.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = env.str("UPLOAD_TEMP_DIR", default=None)
UPLOAD_LIMIT_MB = env.int("UPLOAD_LIMIT_MB", default=20)

# --- Language, time, files --------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale" / app for app in HOUSE]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["renovation.formats"]
# Off: it would write 1,987 for a year and for a key in an address. Counts use the `thousands` filter.
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", DATA_DIR / "vendor")]
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(DATA_DIR / "files"))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.storage.HashedFiles"},
}
if env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT", default=None),
            "access_key": env.str("S3_ACCESS_KEY", default=None),
            "secret_key": env.str("S3_SECRET_KEY", default=None),
            "default_acl": "private",
            "querystring_auth": True,
        },
    }
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Messages to people -----------------------------------------------------------------

EMAIL_CONFIG = env.email("EMAIL_URL", default="dummymail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default="portal@localhost")
# Apprise addresses with {address} for the recipient, e.g. wecombot://KEY or a mailto: server.
OUTBOX_ROUTES = {
    "email": env.str("OUTBOX_EMAIL_URL", default=""),
    "chat": env.str("OUTBOX_CHAT_URL", default=""),
    "sms": env.str("OUTBOX_SMS_URL", default=""),
}
PORTAL_NAME = env.str("PORTAL_NAME", default="")
PORTAL_ADDRESS = env.str("PORTAL_ADDRESS", default="")
DEMO = env.bool("DEMO", default=False)

# --- API --------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "directory.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["directory.authentication.MayRead"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttles.ClientThrottle"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.EndpointSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "core.api.problems.problem_response",
    # `?format=` is a parameter like any other, and unknown to all lists.
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)
SPECTACULAR_SETTINGS = {
    "TITLE": "Renovation portal API",
    "DESCRIPTION": "Renovation of old residential compounds: register, reserve pool, plans, projects and their works.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # In the order in which they are declared, which is that of the page's filter.
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
    # Names of choices that several fields share, or that several of one name would be given a number for.
    "ENUM_NAME_OVERRIDES": {
        "IndicatorUnitEnum": "projects.api.answers.INDICATOR_UNITS",
        "MenuStandingEnum": "residents.api.answers.STANDINGS",
        "MenuStateEnum": "residents.api.menu_answers.STATES",
        "PlanKindEnum": "projects.api.answers.PLAN_KINDS",
        "PlanStateEnum": "projects.api.answers.PLAN_STATES",
        "ProjectOriginEnum": "projects.api.answers.ORIGINS",
        "ProjectStandingEnum": "projects.api.answers.STANDINGS",
        "StageStateEnum": "projects.api.answers.STAGE_STATES",
        "TopicEnum": "projects.api.answers.TOPICS",
        "UnitEnum": "projects.api.answers.UNITS",
        "WorkOriginEnum": "projects.api.answers.WORK_ORIGINS",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Addresses in the log do not hold the codes of letters.
    "formatters": {
        "line": {
            "()": "core.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.security.DisallowedHost": {"level": "ERROR"}},
}
