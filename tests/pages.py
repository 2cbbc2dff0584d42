"""Reads pages as a reader does: by element and by word, not by substring."""

from bs4 import BeautifulSoup


def page(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def read(client, path: str, status: int = 200) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == status
    return page(response)


def words(node) -> str:
    return " ".join(node.get_text(" ").split())


def links(node) -> dict[str, str]:
    return {words(a): a["href"] for a in node.find_all("a", href=True)}
