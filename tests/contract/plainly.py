"""The service as an operator runs it: with its own logging."""

from fastapi import FastAPI

from app import main
from app.deployment import configure_logging
from app.settings import get_settings


def create_app() -> FastAPI:
    configure_logging(get_settings())
    return main.create_app()
