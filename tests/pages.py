"""Reads pages as a reader does: by element and by word, not by substring."""

from collections.abc import Iterable

from bs4 import BeautifulSoup
from django.test import Client


def page(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def read(client, path: str, status: int = 200) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == status, path
    return page(response)


def words(node) -> str:
    return " ".join(node.get_text(" ").split())


def links(node) -> dict[str, str]:
    return {words(a): a["href"] for a in node.find_all("a", href=True)}


def lost(client: Client, addresses: Iterable[str]) -> list[tuple[str, int]]:
    """The addresses that lead neither to a page nor to a sentence that says what became of it."""
    found = []
    for address in addresses:
        response = client.get(address, follow=True)
        if response.status_code not in {200, 410}:
            found.append((address, response.status_code))
    return found
