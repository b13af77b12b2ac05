"""A real Chromium for tests, and what it finds wrong with how a page is laid out."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")

# Of what has text of its own: what reaches out of the page or of its cell, and what lies over
# another text of the same drawing, or is cut by it; and notes that are larger than what they are
# about. What scrolls by itself may be wider than the page.
FAULTS: Final = """() => {
  const found = [], width = document.documentElement.clientWidth;
  const scrolls = (each) => each.closest('.panel, pre, .matrix') !== null;
  const shown = (each) => each.getClientRects().length && getComputedStyle(each).clipPath === 'none'
    && !each.closest('thead[style], .stack thead');
  for (const each of document.querySelectorAll('h1,h2,h3,p,td,th,figcaption,.card *')) {
    const box = each.getBoundingClientRect();
    if (!shown(each) || !each.textContent.trim()) continue;
    if ((box.left < -1 || box.right > width + 1) && !scrolls(each))
      found.push(['outside', each.tagName, each.textContent.trim().slice(0, 40)]);
    if (each.scrollWidth > each.clientWidth + 2 && getComputedStyle(each).display !== 'inline')
      found.push(['cut', each.tagName, each.textContent.trim().slice(0, 40)]);
  }
  for (const svg of document.querySelectorAll('svg')) {
    const outer = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter((each) => each.textContent.trim());
    const boxes = texts.map((each) => each.getBoundingClientRect());
    boxes.forEach((box, k) => {
      if (box.left < outer.left - 1 || box.right > outer.right + 1
          || box.top < outer.top - 2 || box.bottom > outer.bottom + 2)
        found.push(['cut by its drawing', texts[k].textContent]);
      boxes.slice(k + 1).forEach((other, n) => {
        const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (across > 2 && down > 4)
          found.push(['over each other', texts[k].textContent, texts[k + 1 + n].textContent]);
      });
    });
  }
  const text = parseFloat(getComputedStyle(document.body).fontSize);
  for (const each of document.querySelectorAll('.note, figcaption, .label, .detail'))
    if (parseFloat(getComputedStyle(each).fontSize) > text)
      found.push(['larger than the text', each.textContent.trim().slice(0, 40)]);
  if (document.documentElement.scrollWidth > width) found.push(['the page scrolls to the side']);
  return found;
}"""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start the Chromium of this system; without one the test is skipped, in CI it fails."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing = "no Chromium: install the package chromium of your system"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    # Slow machines are no fault of the pages.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program)
        except Error as error:
            pytest.fail(f"{program} does not start: {error}")
        yield browser
        browser.close()


def faults(browser: Browser, path: Path, width: int) -> list[list[str]]:
    """Return what is wrong with a file at a width in pixels, as a screen and as print show it."""
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page: Page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        found: list[list[str]] = page.evaluate(FAULTS)
        page.emulate_media(media="print")
        found += [["in print", *each] for each in page.evaluate(FAULTS)]
        found += [["fetched", url] for url in asked if url != path.as_uri()]
        return found
