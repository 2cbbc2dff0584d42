"""A visit to the site in a browser of its own."""

from playwright.sync_api import Browser, Page


class Visit:
    """A page in a browser of its own, with what it complained of and whom it asked."""

    def __init__(self, browser: Browser, site: str, width: int, **options: object) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800},
            base_url=site,
            locale="en-GB",
            **options,  # type: ignore[arg-type]
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(request.url))

    def come_anew_each_time(self) -> "Visit":
        """As other readers do: with nothing in the browser's cache, which routing turns off."""
        self.context.route("**/*", lambda route: route.continue_())
        return self

    def find(self, text: str) -> None:
        self.page.goto("/")
        self.page.get_by_label("Postcode, place, council, GP practice or ICS").fill(text)
        self.page.get_by_role("button", name="Find my ICS").click()

    def is_wider_than_the_screen(self) -> bool:
        return self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
