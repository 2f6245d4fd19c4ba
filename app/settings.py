"""Every environment variable, typed and documented; `.env.example` mirrors this page."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_DNS_NAME = "^[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*$"


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """Read from the environment, then from `.env`; the prefix is `SECRETARIAT_`."""

    model_config = SettingsConfigDict(
        env_prefix="SECRETARIAT_", env_file=".env", extra="ignore", validate_default=True
    )

    environment: Environment = Field(
        Environment.DEVELOPMENT,
        description="`production` refuses a settable clock, loads no reference meeting and hands "
        "out no tokens by itself.",
    )
    data: Path = Field(
        Path(".data"), description="Folder of the embedded database, the secret and the mails."
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "SECRETARIAT_DATABASE_URL"),
        description="PostgreSQL 15 or newer; without it the embedded server is used.",
    )
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8000, description="Port that the API listens on; 0 takes any free one."
    )
    processes: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Server processes of the API."
    )
    public_url: str | None = Field(
        None,
        description="Address that callers see, for links and problem types; "
        "by default http://HOST:PORT.",
    )
    answer_url: str | None = Field(
        None,
        description="Page that invitation links lead to; the token follows as a fragment. "
        "By default the small page that the service brings, PUBLIC_URL/answer.",
    )
    join_url: str | None = Field(
        None,
        description="Page that personal join links lead to; by default PUBLIC_URL/join.",
    )
    speak_url: str | None = Field(
        None,
        description="Page that links of panellists lead to; by default PUBLIC_URL/speak.",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Signs cursors and personal links, 32 characters or more; by default made once "
        "and kept in the data folder. All processes need the same one.",
    )
    clock: str = Field(
        "real",
        description="`real`, or `file:PATH`: the instant written in that file, running on from "
        "the moment of writing. For rehearsals and tests; refused in production.",
    )
    database_pool: Annotated[int, Field(ge=1, le=200)] = Field(
        8, description="Connections of each API process."
    )
    database_wait: Annotated[float, Field(gt=0, le=60)] = Field(
        1.5, description="Seconds to wait for a connection before answering 503."
    )
    statement_timeout: Annotated[int, Field(ge=100)] = Field(
        5000, description="Milliseconds that one SQL statement of a request may take."
    )
    lock_timeout: Annotated[int, Field(ge=100)] = Field(
        4000, description="Milliseconds that a statement may wait for a row lock."
    )
    public_cache: Annotated[int, Field(ge=0, le=10_000)] = Field(
        32,
        description="Megabytes of public answers that each API process keeps; 0 for none. A "
        "change of what is public waits up to 0.15 s while they are being read.",
    )
    head_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        10,
        description="Seconds within which the head of a request must arrive; then the connection "
        "is closed.",
    )
    body_limit: Annotated[int, Field(ge=1024)] = Field(
        2_000_000, description="Bytes that the body of a request may have."
    )
    body_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        30, description="Seconds within which the body of a request must arrive."
    )
    import_limit: Annotated[int, Field(ge=1024)] = Field(
        10_000_000, description="Bytes that an imported file may have."
    )
    document_limit: Annotated[int, Field(ge=1024, le=10_000_000_000)] = Field(
        100_000_000, description="Bytes that a document may have in one language."
    )
    document_quota: Annotated[int, Field(ge=1024)] = Field(
        5_000_000_000, description="Bytes that the documents of one meeting may have together."
    )
    documents_folder: Path | None = Field(
        None, description="Folder of the documents' bytes; by default DATA/documents."
    )
    bucket: str | None = Field(
        None, description="Bucket that keeps the documents' bytes, in place of a folder."
    )
    bucket_endpoint: str | None = Field(
        None,
        description="Address of a store that speaks S3, such as https://s3.example.org; by default "
        "that of AWS.",
    )
    bucket_region: str | None = Field(
        None, description="Region of the bucket; by default us-east-1."
    )
    bucket_access_key: str | None = Field(
        None,
        description="Id of the key to the bucket; without it AWS_ACCESS_KEY_ID and the machine's "
        "own role are tried.",
    )
    bucket_secret_key: SecretStr | None = Field(None, description="The secret of that key.")
    upload_hours: Annotated[int, Field(ge=1, le=720)] = Field(
        24, description="Hours within which a resumable upload of a document must be complete."
    )
    upload_seconds: Annotated[float, Field(gt=0, le=86_400)] = Field(
        900,
        description="Seconds that one request may take to send bytes of a document; between two "
        "pieces of it never more than BODY_SECONDS.",
    )
    scanner: Annotated[
        str | None, Field(pattern=r"^(command:\s*\S.*|clamd:(//[^/]+:[0-9]+|///.+)|https?://.+)?$")
    ] = Field(
        None,
        description="What looks for malware in documents: `command:PROGRAM ARGUMENTS`, "
        "`clamd://HOST:PORT`, `clamd:///SOCKET` or an `http` address; without it nothing does.",
    )
    scan_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        120, description="Seconds that the scanner may take for one document."
    )
    rate_limit: str = Field(
        "6000/minute", description="Requests of one caller, in each process; `off` for none."
    )
    guess_limit: str = Field(
        "30/minute",
        description="Unknown links or tokens from one address, in each process; `off` for none.",
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Addresses of reverse proxies whose X-Forwarded-For is believed, by commas.",
    )
    allowed_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Origins whose pages may call the API from a browser, by commas, such as "
        "https://meetings.example.org; none by default, `*` for all.",
    )
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = Field(
        730,
        description="Days after the end of a meeting for which personal data is kept, unless its "
        "committee or the meeting itself says otherwise; then the worker erases it.",
    )
    unmatched_days: Annotated[int, Field(ge=1, le=36_500)] = Field(
        90,
        description="Days for which mails that came in and belong to no meeting are kept.",
    )
    answers_hours: Annotated[int, Field(ge=24, le=720)] = Field(
        48,
        description="Hours for which the answer to a request with an `Idempotency-Key` is kept.",
    )
    statistics_threshold: Annotated[int, Field(ge=3, le=100)] = Field(
        5,
        description="Cells of statistics that tell of fewer people are hidden from all but "
        "organizers and administrators.",
    )
    smtp_host: str | None = Field(
        None, description="Mail server; without it mails go into the Maildir DATA/mail."
    )
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        587, description="Port of the mail server."
    )
    smtp_security: Annotated[str, Field(pattern="^(none|starttls|tls)$")] = Field(
        "starttls", description="`none`, `starttls` or `tls`."
    )
    smtp_user: str | None = Field(None, description="Account at the mail server.")
    smtp_password: SecretStr | None = Field(None, description="Its password.")
    mail_from: str = Field(
        "secretariat@example.org",
        description="Address that mails and calendar entries come from; its domain stands in "
        "their ids, so keep it.",
    )
    mail_domain_connections: Annotated[int, Field(ge=1, le=100)] = Field(
        2,
        description="Mails that are under way to one recipient's domain at once, from all workers "
        "together.",
    )
    mail_domain_rate: Annotated[
        str, Field(pattern="^(off|[1-9][0-9]{0,5}/(second|minute|hour|day))$")
    ] = Field(
        "off",
        description="Mails to one recipient's domain in so long, such as `60/minute`, from all "
        "workers together; `off` for no limit.",
    )
    dkim_domain: Annotated[str, Field(pattern=_DNS_NAME)] | None = Field(
        None,
        description="Domain in whose name mails are signed (DKIM), which is that of MAIL_FROM or "
        "one above it; without it they are not signed.",
    )
    dkim_selector: Annotated[str, Field(pattern=_DNS_NAME)] | None = Field(
        None, description="Selector of the key: its DNS record is SELECTOR._domainkey.DOMAIN."
    )
    dkim_key: Path | None = Field(
        None, description="PEM file with the private key, RSA or Ed25519, unencrypted."
    )
    reply_address: Annotated[
        str | None, Field(pattern=r"^([a-z0-9._-]{1,18}@[a-z0-9.-]{1,200})?$")
    ] = Field(
        None,
        description="Address whose mail comes in here, such as replies@example.org, with at most "
        "18 characters before the @; without it answers go to the committee's contact.",
    )
    receiver_host: str = Field(
        "127.0.0.1", description="Address that the receiver of mails listens on."
    )
    receiver_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="Port that it listens on; 0 for no receiver."
    )
    receiver_protocol: Annotated[str, Field(pattern="^(lmtp|smtp)$")] = Field(
        "lmtp", description="`lmtp` or `smtp`."
    )
    inbound_limit: Annotated[int, Field(ge=1024)] = Field(
        10_000_000, description="Bytes that a mail may have that comes in."
    )
    authserv_id: str | None = Field(
        None,
        description="Name under which your mail server writes Authentication-Results; what it "
        "found out about DMARC is believed.",
    )
    oidc_issuer: str | None = Field(
        None, description="Issuer of the OpenID provider whose access tokens are accepted."
    )
    oidc_audience: str | None = Field(
        None, description="Audience that those tokens must name; needed with OIDC_ISSUER."
    )
    oidc_jwks_url: str | None = Field(
        None, description="Its key set; by default found through the issuer's discovery document."
    )
    oidc_algorithms: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: ["RS256", "ES256"],
        description="Signature algorithms that are accepted, by commas; `none` never is.",
    )
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="`console` or `json`.")
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = Field(
        "info", description="`debug`, `info`, `warning` or `error`."
    )

    @model_validator(mode="before")
    @classmethod
    def _lists_by_commas(cls, values: dict[str, object]) -> dict[str, object]:
        def split(value: object) -> object:
            if isinstance(value, str):
                return [part.strip() for part in value.split(",") if part.strip()]
            return value

        lists = ("trusted_proxies", "allowed_origins", "oidc_algorithms")
        return {k: split(v) if k.lower().endswith(lists) else v for k, v in values.items()}

    @field_validator(
        "smtp_host",
        "public_url",
        "answer_url",
        "join_url",
        "speak_url",
        "oidc_issuer",
        "reply_address",
        "authserv_id",
        "dkim_domain",
        "dkim_selector",
        "dkim_key",
        "documents_folder",
        "bucket",
        "bucket_endpoint",
        "bucket_region",
        "bucket_access_key",
        "bucket_secret_key",
        "scanner",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        if self.clock != "real" and not self.clock.startswith("file:"):
            raise ValueError("SECRETARIAT_CLOCK is `real` or `file:PATH`")
        if self.environment is Environment.PRODUCTION and self.clock != "real":
            raise ValueError("a production service runs on the real clock")
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError("SECRETARIAT_OIDC_ISSUER needs SECRETARIAT_OIDC_AUDIENCE")
        if (
            len({value is None for value in (self.dkim_domain, self.dkim_selector, self.dkim_key)})
            > 1
        ):
            raise ValueError("DKIM needs SECRETARIAT_DKIM_DOMAIN, _SELECTOR and _KEY, all or none")
        if (self.bucket_access_key is None) != (self.bucket_secret_key is None):
            raise ValueError("SECRETARIAT_BUCKET_ACCESS_KEY and _BUCKET_SECRET_KEY go together")
        if any(name.lower() == "none" for name in self.oidc_algorithms):
            raise ValueError("the algorithm `none` is no signature")
        return self

    @property
    def url(self) -> str:
        """Public address without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


@cache
def get_settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
