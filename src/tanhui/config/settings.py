"""All settings, typed and secure by default: read once from the environment.

`Settings` is what the product itself reads, as `django.conf.settings.TANHUI`. The names below it
are Django's. Importing this module opens no connection and starts nothing; the database is filled
in by `tanhui.config.database.open_database`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from tanhui.config.keys import open_ring
from tanhui.config.secrets import Secrets
from tanhui.kernel.refusals import Invalid
from tanhui.notices.gateways.accounts import Accounts
from tanhui.runtime.keys.ring import Keys

_YEAR_SECONDS = 365 * 24 * 3600


class Mode(StrEnum):
    """What this installation is for."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Settings:
    """What one installation is told from outside."""

    mode: Mode
    root: Path
    var: Path
    content_root: Path
    shared: Path
    hosts: tuple[str, ...]
    behind_proxy: bool
    # Addresses hold passwords and keys open everything: neither is ever shown by accident.
    database_url: str | None = field(repr=False)
    database_owner_url: str | None = field(repr=False)
    secrets: Secrets = field(repr=False)
    # The name under which the public log signs; who checks it must know it beforehand.
    log_origin: str = "tanhui.example/chengdu"
    # Where files are looked through for viruses: `unix:/path` or `tcp:host:port` of clamd.
    clamd: str = ""
    keyring: Path | None = None
    # A device for signatures, as `package.module:Class`; none means software alone.
    key_device: str | None = None
    # The operators of messages that this installation has an account with; a demo has none.
    accounts: Accounts = field(default_factory=Accounts)

    @classmethod
    def read(cls, environ: Mapping[str, str], root: Path) -> Settings:
        """The settings in `environ` for a program whose checkout (or working folder) is `root`."""
        var = _path(environ, "TANHUI_VAR", root / "var")
        mode = _mode(environ, var)
        hosts = tuple(
            host.strip() for host in environ.get("TANHUI_HOSTS", "").split(",") if host.strip()
        )
        if mode is Mode.PRODUCTION and not hosts:
            raise Invalid(
                "hosts_missing",
                zh="缺少主机名：请把对外的域名（以逗号分隔）写入环境变量 TANHUI_HOSTS"
                "（试用请设置 TANHUI_MODE=demo）。",
                en="The host names are missing: set TANHUI_HOSTS to the public names, divided by"
                " commas (to try the demo, set TANHUI_MODE=demo).",
            )
        generated = None if mode is Mode.PRODUCTION else var / "secrets.toml"
        return cls(
            mode=mode,
            root=root,
            var=var,
            content_root=_path(environ, "TANHUI_CONTENT", root / "content"),
            shared=_path(environ, "TANHUI_SHARED", root.parent / "shared"),
            hosts=hosts,
            behind_proxy=environ.get("TANHUI_BEHIND_PROXY") == "1",
            database_url=environ.get("DATABASE_URL") or None,
            database_owner_url=environ.get("DATABASE_OWNER_URL") or None,
            secrets=Secrets.read(environ, generated),
            log_origin=environ.get("TANHUI_LOG_ORIGIN") or "tanhui.example/chengdu",
            clamd=environ.get("TANHUI_CLAMD", ""),
            keyring=_path(environ, "TANHUI_KEYRING_FILE", var / "keyring.toml"),
            key_device=environ.get("TANHUI_KEY_DEVICE") or None,
            accounts=Accounts.read(environ),
        )

    @property
    def simulated(self) -> bool:
        """Whether people and deeds here are invented, which every page then says."""
        return self.mode is not Mode.PRODUCTION

    @property
    def reference_key(self) -> bytes:
        """Keys the hash of partners' references."""
        return self.secrets.reference_key

    @property
    def keys(self) -> Keys:
        """The key ring; opened at its first use, since not every program needs it."""
        return open_ring(
            self.keyring or self.var / "keyring.toml",
            self.secrets,
            generate=self.mode is not Mode.PRODUCTION,
            device=self.key_device,
        )


def checkout_root() -> Path:
    """The checkout this file lies in, or the working folder for an installed package."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


def _path(environ: Mapping[str, str], name: str, default: Path) -> Path:
    return Path(os.path.abspath(environ.get(name) or default))


def _mode(environ: Mapping[str, str], var: Path) -> Mode:
    given = environ.get("TANHUI_MODE")
    if not given:
        try:
            given = (var / "mode").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            given = None
        # A stray file may make an installation a demo, and nothing else.
        return Mode.DEMO if given == Mode.DEMO else Mode.PRODUCTION
    try:
        return Mode(given)
    except ValueError:
        raise Invalid(
            "mode_unknown",
            zh="TANHUI_MODE 只能是 production、demo 或 test，而不是“{given}”。",
            en='TANHUI_MODE must be production, demo or test, not "{given}".',
            given=given,
        ) from None


TANHUI = Settings.read(os.environ, checkout_root())

_public = TANHUI.mode is Mode.PRODUCTION

SECRET_KEY = TANHUI.secrets.secret_key
DEBUG = False
ALLOWED_HOSTS = [*TANHUI.hosts, *(() if _public else ("localhost", "127.0.0.1", "[::1]"))]
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in TANHUI.hosts]

INSTALLED_APPS = [
    "tanhui.ledger",
    "tanhui.governance",
    "tanhui.publiclog",
    "tanhui.identity",
    "tanhui.partners",
    "tanhui.vault",
    "tanhui.claims",
    "tanhui.notices",
    "tanhui.cases",
    "tanhui.rulebook",
    "tanhui.projects",
    "tanhui.behaviours",
    "tanhui.registry",
    "tanhui.rewards",
    "tanhui.web",
    "tanhui.citizen",
    "tanhui.portal",
    "tanhui.console",
    "tanhui.board",
    "django_htmx",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tanhui.rulebook.shelf.each_request",
]

ROOT_URLCONF = "tanhui.config.urls"
WSGI_APPLICATION = "tanhui.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# Both aliases are one database. `default` acts as the application's role, which may not change
# the books; `owner` is the login itself and only migrates. `open_database` fills in the rest.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {},
    },
    "owner": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "",
        "OPTIONS": {},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Static files are served from the packages that bring them: nothing has to be collected first.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SECURE_SSL_REDIRECT = _public
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = _YEAR_SECONDS if _public else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _public
# A preload list is a promise for the whole domain, which only its owner can make.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TANHUI.behind_proxy else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SECURE = _public
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _public
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # What is answered with 4xx would be told with its address, and people type anything there.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        # A form too large is answered with a named sentence; nothing of ours has failed.
        "django.security.RequestDataTooBig": {"level": "CRITICAL", "propagate": False},
        "tanhui": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
