"""Signing in with a real browser: it follows the redirect, shows the page, and complains of nothing."""

import asyncio
import shutil

import pytest
from playwright.async_api import async_playwright

from studio.channels.sign_in import SignInStep
from studio.channels.sign_in_loopback import LoopbackSignIn
from studio.channels.sign_in_tokens import TokenEndpoint
from studio.control.clock import SystemWallClock
from studio.sync.http import HttpClient
from tests.real.oauth.stand_in import CLIENT, Authority

pytestmark = pytest.mark.real
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


async def test_a_real_browser_signs_in_and_says_that_the_window_can_be_closed():
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert chromium is not None, "the tests of pages need Chromium: install it"
    shown: asyncio.Future[SignInStep] = asyncio.get_running_loop().create_future()
    complaints: list[str] = []
    with Authority() as authority:
        http = HttpClient(authority.url, lambda: None, SystemWallClock(), who="Google")
        endpoint = TokenEndpoint(http, "/token", CLIENT, "Google", SystemWallClock())
        signing = LoopbackSignIn(endpoint, f"{authority.url}/o/oauth2/v2/auth", ["scope-1"])
        task = asyncio.create_task(signing.sign_in(shown.set_result))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = await browser.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            answer = await page.goto((await shown).url)
            assert answer is not None
            assert answer.status == 200
            assert await page.inner_text("body") == "Host Studio has been told. You can close this window."
            await browser.close()
        grant = await task
        await http.aclose()
        assert grant.access_token in authority.access_tokens
    assert complaints == []
