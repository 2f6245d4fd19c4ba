"""What mails say of the service itself, from its settings."""

from app.mail.letters import House
from app.settings import Settings


def house_of(settings: Settings, secret: bytes | None) -> House:
    """With None for the secret, mails have a mark where their links have a token."""
    return House(
        mail_from=settings.mail_from,
        answer_url=settings.answer_url or f"{settings.url}/answer",
        join_url=settings.join_url or f"{settings.url}/join",
        secret=secret,
        opened_url=f"{settings.url}/v1/opened",
        reply_address=settings.reply_address,
        url=settings.url,
        speak_url=settings.speak_url or f"{settings.url}/speak",
    )
