"""Files of machine figures, and a short way to import them."""

from tests.ingest.conftest import file, take

__all__ = ["file", "take"]
