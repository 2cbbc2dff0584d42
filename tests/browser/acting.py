"""What an editor does in the admin, in a browser."""

from playwright.sync_api import Page, expect


def choose(page: Page, field: str, text: str) -> None:
    """Choose something by its name, with the search of the field."""
    page.locator(f".field-{field} .select2-selection").first.click()
    page.keyboard.type(text)
    page.locator(".select2-results__option", has_text=text).first.click()


def said(page: Page, text: str) -> None:
    """Wait until the admin says that something is done."""
    expect(page.locator(".messagelist")).to_contain_text(text, timeout=30_000)
