"""Settings. Everything that differs between installations comes from the environment; see `.env.example`.

Without any environment this is the embedded default: SQLite, a broker in files, a cache in the database, loopback.
"""

import sys
from pathlib import Path

import environ

from iotdash.discovery import capability_apps, provider_folders
from iotdash.lib import content_policy
from iotdash.lib.databases import database
from iotdash.lib.key_environment import KeyEnvironment
from iotdash.lib.logging import logging_config
from iotdash.lib.rest import settings as rest

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

env = environ.Env()
environ.Env.read_env(env.str("IOTDASH_ENV_FILE", default=str(BASE_DIR / ".env")))
# Keys may also come from files, as containers hand them over: NAME_FILE names one.
key_env = KeyEnvironment(env.ENVIRON)

# Data of the embedded installation: database, broker, keys, sandboxes.
VAR_DIR = env.path("IOTDASH_VAR", default=str(BASE_DIR / "var"))
VAR_DIR = Path(str(VAR_DIR))

DEBUG = env.bool("DEBUG", default=False)
# The fallback serves tests and one-off commands only; a system check refuses it in production.
SECRET_KEY = key_env.text("SECRET_KEY") or "insecure-development-key-that-check-deploy-refuses-0123456789"
# Former ones: who is signed in stays so while they are listed.
SECRET_KEY_FALLBACKS = key_env.texts("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[".localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "iotdash.accounts.apps.SupportConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "iotdash.lib",
    "iotdash.audit",
    "iotdash.runtime",
    "iotdash.accounts",
    "iotdash.organizations",
    "devices",
    "extensions.core",
    *capability_apps(),
    "iotdash.demo",
]

# Folders under `extensions` that declare a provider; found, never listed.
EXTENSION_PROVIDERS = provider_folders()

MIDDLEWARE = [
    "iotdash.health.HealthMiddleware",
    "iotdash.lib.logging.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "iotdash.accounts.middleware.TimeZoneMiddleware",
    "iotdash.accounts.middleware.SessionSeenMiddleware",
    "iotdash.errors.OnlySentToMiddleware",
]

ROOT_URLCONF = "iotdash.urls"
WSGI_APPLICATION = "iotdash.wsgi.application"
FORM_RENDERER = "iotdash.lib.forms_renderer.Renderer"

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
                "iotdash.organizations.context.organization",
            ],
        },
    }
]

DATABASES = {"default": database(env, VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    _REDIS = {"socket_connect_timeout": 2, "socket_timeout": 5}
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "OPTIONS": _REDIS}
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# --- Background work -------------------------------------------------------------------------------------------
# A message is acknowledged when it is taken: what a killed worker had, the sweep finds in the rows and sends again.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.int("IOTDASH_WORKER_THREADS", default=8)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long the broker is away, a worker waits for it; a person who asks for something does not.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "runtime.sweep", "schedule": 15.0, "options": {"expires": 15}}}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
if TESTING:
    CELERY_BROKER_URL = "memory://"
elif REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10, "socket_keepalive": True}
else:
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT = "iotdash.lib.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker"),
        "data_folder_out": str(VAR_DIR / "broker"),
        "control_folder": str(VAR_DIR / "broker-control"),
        "polling_interval": 0.25,
    }
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False

# --- Synchronisation with carriers --------------------------------------------------------------------------------
# Minutes between two questions for what changed; hours between two whole inventories, which alone show what is gone.
IOTDASH_SYNC_MINUTES = env.int("IOTDASH_SYNC_MINUTES", default=15)
IOTDASH_INVENTORY_HOURS = env.int("IOTDASH_INVENTORY_HOURS", default=24)
# A SIM's usage is asked for this often at most: of SIMs that belong to a device, and of the others.
IOTDASH_USAGE_MINUTES = env.int("IOTDASH_USAGE_MINUTES", default=60)
IOTDASH_USAGE_MINUTES_OTHERS = env.int("IOTDASH_USAGE_MINUTES_OTHERS", default=1440)
# A SIM that was not heard of for so many inventories, or readings where a carrier is read more rarely, is stale.
IOTDASH_STALE_AFTER_INVENTORIES = env.int("IOTDASH_STALE_AFTER_INVENTORIES", default=3)
# Daily samples of usage are kept this long.
IOTDASH_USAGE_DAYS = env.int("IOTDASH_USAGE_DAYS", default=400)

# --- People ----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "iotdash.accounts.adapter.AccountAdapter"
# Without it allauth puts in the request's Host header, which is what somebody else says.
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[iotdash] "
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
# Added to allauth's own. A link that nobody signed is a guess; joining makes accounts; the proof is a site mail.
ACCOUNT_RATE_LIMITS = {
    "guess_invitation": "20/m/ip",
    "join": "20/m/ip",
    "prove_address": "1/m/user,10/d/user,60/h/ip",
}
MFA_ADAPTER = "iotdash.accounts.mfa.adapter.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "iotdash.accounts.mfa.forms.ActivateTOTPForm",
    "authenticate": "iotdash.accounts.mfa.forms.AuthenticateForm",
    "reauthenticate": "iotdash.accounts.mfa.forms.ReauthenticateForm",
    "add_webauthn": "iotdash.accounts.mfa.forms.AddPasskeyForm",
    "authenticate_webauthn": "iotdash.accounts.mfa.forms.UsePasskeyForm",
    "reauthenticate_webauthn": "iotdash.accounts.mfa.forms.ConfirmByPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "iotdash"
# The phone's clock may be one step of 30 seconds off, and typing takes time.
MFA_TOTP_TOLERANCE = 1
# Addresses are given by whoever adds a person; nobody signs up with somebody else's.
MFA_ALLOW_UNVERIFIED_EMAIL = True
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
LOGOUT_REDIRECT_URL = "account_login"

# Invitations that an organization may send within 24 hours, resends included.
IOTDASH_INVITATIONS_PER_DAY = env.int("IOTDASH_INVITATIONS_PER_DAY", default=500)

# Site mail. Without EMAIL_URL it goes to the console and the reset page says that there is none.
SITE_MAIL = "EMAIL_URL" in env.ENVIRON
vars().update(env.email("EMAIL_URL", default="consolemail://"))
# Seconds; whoever asked waits for it.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=15)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="iotdash@localhost")
# Organization mail: what became of a message is kept for so many days after it was settled.
IOTDASH_MAIL_DAYS = env.int("IOTDASH_MAIL_DAYS", default=90)

# --- Secrets and outgoing calls ----------------------------------------------------------------------------------
# First key encrypts, all decrypt. Each is 32 bytes in URL-safe base64 (`manage.py generatekey`).
IOTDASH_SECRET_KEYS = key_env.texts("IOTDASH_SECRET_KEYS")
IOTDASH_DIGEST_KEY = key_env.text("IOTDASH_DIGEST_KEY")
# Sentences about variables that cannot be used; a system check says them.
IOTDASH_KEY_PROBLEMS = key_env.problems
if TESTING and not IOTDASH_SECRET_KEYS:
    IOTDASH_SECRET_KEYS = ["dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdDE="]
    IOTDASH_DIGEST_KEY = "test-digest-key-test-digest-key-test-digest"
# Hosts and networks that typed addresses may reach although they are private; loopback only in demo and tests.
IOTDASH_OUTBOUND_ALLOW = env.list("IOTDASH_OUTBOUND_ALLOW", default=[])
IOTDASH_OUTBOUND_ALLOW_LOOPBACK = env.bool("IOTDASH_OUTBOUND_ALLOW_LOOPBACK", default=TESTING)
# Exchanges with each service that are kept for diagnostics: so many that went well, as many that failed; 0 keeps none.
IOTDASH_EXCHANGES_KEPT = env.int("IOTDASH_EXCHANGES_KEPT", default=50)
IOTDASH_EXCHANGES_DAYS = env.int("IOTDASH_EXCHANGES_DAYS", default=7)
# How long calls to external accounts are counted by minute, and after that by hour.
IOTDASH_CALLS_BY_MINUTE_HOURS = env.int("IOTDASH_CALLS_BY_MINUTE_HOURS", default=24)
IOTDASH_CALLS_BY_HOUR_DAYS = env.int("IOTDASH_CALLS_BY_HOUR_DAYS", default=35)
# Events that services tell by themselves are kept for so many days: what is told again meanwhile is dropped.
IOTDASH_INBOUND_DAYS = env.int("IOTDASH_INBOUND_DAYS", default=14)
# Messages that one configuration's address takes in a minute.
IOTDASH_INBOUND_PER_MINUTE = env.int("IOTDASH_INBOUND_PER_MINUTE", default=1200)
# Devices that one organization may have; 0, here and in the next two: any number.
IOTDASH_DEVICES_PER_ORGANIZATION = env.int("IOTDASH_DEVICES_PER_ORGANIZATION", default=0)
# Of the REST API: requests that one caller may send in a second, keys and tokens that let nobody in that one address
# may try in a minute, and the domains whose names `{organization}.{domain}` tell which organization is meant.
IOTDASH_REST_PER_SECOND = env.int("IOTDASH_REST_PER_SECOND", default=100)
IOTDASH_REST_REFUSED_PER_MINUTE = env.int("IOTDASH_REST_REFUSED_PER_MINUTE", default=60)
# Whoever waits for an operation keeps a thread busy: for so long at most, and so many, but at most half of all threads.
IOTDASH_REST_WAIT_SECONDS = env.int("IOTDASH_REST_WAIT_SECONDS", default=10)
IOTDASH_REST_WAITERS = min(env.int("IOTDASH_REST_WAITERS", default=4), env.int("WEB_THREADS", default=8) // 2)
IOTDASH_REST_DOMAINS = env.list("IOTDASH_REST_DOMAINS", default=["localhost"])
REST_FRAMEWORK, SPECTACULAR_SETTINGS = rest.REST_FRAMEWORK, rest.SPECTACULAR_SETTINGS
# Sandboxes that run beside this installation, as name=address; only the demo has any.
IOTDASH_SANDBOXES = env.dict("IOTDASH_SANDBOXES", default={})

# --- Pages ---------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "iotdash.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_STATIC_BACKEND = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if TESTING or DEBUG:
    _STATIC_BACKEND = "django.contrib.staticfiles.storage.StaticFilesStorage"
# Tests and development look a file up when it is asked for; scanning all of them at start-up is for production.
WHITENOISE_AUTOREFRESH = TESTING or DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_BACKEND},
}
CONTENT_SECURITY_POLICY = content_policy.CONTENT_SECURITY_POLICY

# --- Transport -----------------------------------------------------------------------------------------------------
# HTTPS everywhere but in the embedded installation, which binds loopback only.
HTTPS = env.bool("HTTPS", default=PUBLIC_URL.startswith("https://"))
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=HTTPS)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=HTTPS)
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Without this the log and the throttling of sign-in would know the proxy's address only.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)
CSRF_FAILURE_VIEW = "iotdash.errors.csrf_failure"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

LOGGING = logging_config(json=env.bool("JSON_LOGS", default=False), level=env.str("LOG_LEVEL", default="INFO"))
