"""The mailbox of the demonstration, as whoever tries the portal opens it."""

from typing import Any

from ribambelle.testing.browser import Stage


def follow(stage: Stage, page: Any, email: str, path: str) -> None:
    """Wait for the message to somebody that holds a link to this path, and open the link."""
    link = page.locator(f"article:has-text('{email}') a[href*='{path}']")
    for _ in range(80):
        page.goto(stage.served.url("alpha", "/_boite"))
        if link.count():
            break
        page.wait_for_timeout(125)
    with page.expect_navigation():
        link.first.click()


def sign_in_by_mail(stage: Stage, page: Any, email: str) -> None:
    """Ask for a link on the page of sign-in, and follow it."""
    page.fill("#f-email", email)
    with page.expect_navigation():
        page.click("main button")
    follow(stage, page, email, "/connexion/lien/")
    with page.expect_navigation():
        page.click("main button")
