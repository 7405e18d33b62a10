#!/usr/bin/env python3
"""Nothing of a hostile site runs: each line of tests/tables/hostile.txt goes through the program and into Chromium.

1. Each vector becomes a site of its own, in every field: escaped where a page has words and attributes, raw in a body.
2. The program builds a feed of each, and the index of all.
3. Chromium opens every page for people, with all texts unfolded, and a naive reader for each format: a page without a
   content policy that puts the feed's HTML into itself as it is.
4. No dialog, no mark of a script, no request but for pictures, no refusal by a policy, no element or attribute that
   could run. That the marks are seen at all is shown by the same vectors, put raw into frames.
"""
import argparse, collections, html, json, pathlib, re, subprocess, sys, tempfile

from chromium import Browser
from nginx import Nginx

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--bin", required=True)
arguments.add_argument("table", type=pathlib.Path)
arguments = arguments.parse_args()

# What a vector calls when it runs, in every frame of a page; a dialog would hold the page up.
MARK = "for (const name of ['alert', 'prompt', 'confirm', 'print', 'open']) window[name] = () => console.error('RAN')"
# Elements and attributes in the document `d` that could run or load something, in words.
ACTIVE = """(d) => [...d.querySelectorAll('*')].filter(e => {
  const place = e.parentElement && e.closest('body');
  const kinds = ['SCRIPT','IFRAME','OBJECT','EMBED','FORM','BASE','SVG','MATH','TEMPLATE','META','LINK','STYLE'];
  return place && kinds.includes(e.tagName.toUpperCase()) && !e.matches('.ours') || [...e.attributes].some(a =>
    /^on|^style$|^srcdoc$|^srcset$|^ping$|^formaction$/i.test(a.name) && !e.matches('.ours') ||
    /^(href|src|xlink:href|poster|action|cite|data)$/i.test(a.name) && /^\\s*(javascript|data|vbscript):/i.test(a.value)
      && !e.matches('img.logo, link[rel=icon]'));
}).map(e => e.outerHTML.slice(0, 200))"""
# So many pages are opened side by side.
FRAMES = 20
READERS = {
    "json": "(text) => JSON.parse(text).items.map(i => [i.content_html, i.summary && escape(i.summary)])",
    "rss": "(text) => [...new DOMParser().parseFromString(text, 'text/xml').querySelectorAll('item')]"
           ".map(i => [...i.children].filter(e => ['description', 'content:encoded'].includes(e.nodeName)).map(e => e.textContent))",
    "atom": "(text) => [...new DOMParser().parseFromString(text, 'text/xml').querySelectorAll('entry')]"
            ".map(i => [...i.children].filter(e => e.getAttribute('type') === 'html').map(e => e.textContent))",
}
READER = """<!DOCTYPE html><meta charset=utf-8><link rel=icon href="data:,"><title>A naive reader</title><main></main><script class=ours>
const read = %s;
const show = async () => {
  let shown = 0;
  for (let n = 0; n < %d; n++) {
    const text = await (await fetch(`v${n}.%s`)).text();
    for (const html of read(text).flat().filter(Boolean)) {
      const place = document.createElement('div');
      document.querySelector('main').append(place);
      place.innerHTML = html;
      shown++;
    }
  }
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  return shown;
};
</script>"""


def vectors():
    escapes = {"n": "\n", "t": "\t", "r": "\r"}
    for line in arguments.table.read_text(encoding="utf8").split("\n"):
        if line and not line.startswith("#"):
            yield re.sub(r"\\(?:u\{([0-9a-f]+)\}|([ntr]))", lambda m: chr(int(m[1], 16)) if m[1] else escapes[m[2]], line)


def site(folder, n, vector):
    """A listing with two stories, and the first story: `vector` in every place."""
    words = html.escape(vector)
    paragraph = "<p>The council met on the hill above the harbour and spoke at length about bridges, ferries and bread.</p>"
    (folder / "index.html").write_text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{words} {n}</title><meta name="description" content="{words}"></head>'
        f'<body><h1>{words}</h1><ul><li class="i"><h3><a href="a.html">{words} {n}</a></h3><p class="sum">{words}</p>'
        f'<img src="p.png" alt="{words}"><span class="d">2026-11-20</span></li>'
        f'<li class="i"><h3><a href="{words}">Another story {n}</a></h3><p class="sum">Words.</p><img src="{words}" alt=""><span class="d">{words}</span></li>'
        "</ul></body></html>", encoding="utf8", newline="")
    (folder / "a.html").write_text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{words} {n}</title></head><body><h1>{words} {n}</h1>'
        f'<p class="by">{words}</p><p class="src">{words}</p><ul class="tags"><li>{words}</li></ul><a class="file" href="f.pdf" title="{words}">{words}</a>'
        f'<a class="file" href="{words}">{words}</a><a class="cmt" href="{words}">3</a><a class="via" href="{words}">Original</a>'
        f'<div class="body">{paragraph}<p><a href="{words}" title="{words}">Words</a> <img src="q.png" alt="{words}" title="{words}"> <img src="{words}" alt="{words}"></p>'
        f'<figure><img src="r.png" alt=""><figcaption>{words}</figcaption></figure><pre><code>{words}</code></pre>{paragraph}'
        f'<div>{vector}</div>{paragraph}</div></body></html>', encoding="utf8", newline="")


def table(n, vector):
    line = json.dumps(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", vector).split()), ensure_ascii=True)
    # `${` asks for a variable there, which these keys refuse.
    line = line.replace("${", "$ {")
    # Half of the feeds have the words from their page, half from feeds.toml.
    named = f"title = {line}\ndescription = {line}\n" if n % 2 else ""
    return (f'[feeds.v{n}]\nurl = "https://site.example/v{n}/"\nroot = "sites/{n}"\ncategory = {line}\n{named}'
            'listing = { items = ".i", title = "h3", link = "a@href", date = ".d", summary = ".sum", image = "img@src" }\n'
            'article = { content = ".body", author = ".by", source = ".src", categories = { css = ".tags li", all = true }, '
            'enclosure = { css = ".file", attr = "href", all = true }, comments = ".cmt", via = ".via@href" }\n')


def complaints(tab, allowed):
    """What is wrong on the page that is open; pictures that cannot be found are not."""
    wrong = [words for words in tab.complaints() if "ERR_" not in words and "404" not in words]
    for url, kind in tab.requests():
        if not url.startswith(allowed) and not url.startswith("data:") and kind not in ("Image", "Media"):
            wrong.append(f"asks {url} as {kind}")
    return wrong


table_of = list(vectors())
if len(table_of) < 200:
    sys.exit(f"error: {arguments.table} has only {len(table_of)} vectors")
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    folder.chmod(0o755)
    for n, vector in enumerate(table_of):
        (folder / f"sites/{n}").mkdir(parents=True)
        site(folder / f"sites/{n}", n, vector)
    (folder / "feeds.toml").write_text("[defaults.request]\ndelay = \"0s\"\n" + "".join(map(table, range(len(table_of)), table_of)), encoding="utf8")
    run = subprocess.run([arguments.bin, "build", "--json", "--config", folder / "feeds.toml"], capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f"error: the program said {run.returncode}:\n{run.stdout[:2000]}{run.stderr[:2000]}")
    public = folder / "public"
    missing = [n for n in range(len(table_of)) if not (public / f"v{n}.html").exists()]
    if missing:
        report = json.loads(run.stdout)["feeds"]
        sys.exit("error: no feed of " + "\n".join(f"{table_of[n]!r}: {report[n]['findings'][-1:]}" for n in missing))
    for ending, reader in READERS.items():
        (public / f"reader-{ending}.html").write_text(READER % (reader, len(table_of), ending), encoding="utf8")
    frames = "".join(f'<iframe srcdoc="{html.escape(vector)}"></iframe>' for vector in table_of)
    (public / "raw.html").write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{frames}", encoding="utf8")

    with Nginx(public) as server, Browser() as browser:
        # The control: vectors that nobody cleaned run, and are seen to run.
        tab = browser.tab()
        tab.open(server.url("raw.html"), instrument=MARK)
        ran = sum("RAN" in words for words in tab.complaints())
        if ran < 60:
            sys.exit(f"error: only {ran} raw vectors were seen to run, so that the check sees nothing")

        tab, wrong = browser.tab(), []
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=MARK)
        pages = ["index.html", *(f"v{n}.html" for n in range(len(table_of)))]
        for start in range(0, len(pages), FRAMES):
            shown = pages[start:start + FRAMES]
            frames = "".join(f'<iframe src="{page}"></iframe>' for page in shown)
            (public / f"frames-{start}.html").write_text(f'<!DOCTYPE html><link rel=icon href="data:,">{frames}')
            tab.open(server.url(f"frames-{start}.html"))
            tab.evaluate("for (const f of Array.from(frames)) for (const fold of f.document.querySelectorAll('details')) fold.open = true")
            tab.settle()
            wrong += [f"{shown[0]} to {shown[-1]}: {words}" for words in complaints(tab, server.url())]
            seen = tab.evaluate(f"Array.from(frames).map(f => [f.location.pathname, f.document.querySelectorAll('article').length, ({ACTIVE})(f.document)])")
            for page, (path, articles, active) in zip(shown, seen, strict=True):
                of = table_of[int(page[1:-5])] if page[0] == "v" else ""
                wrong += [f"{page}, {of!r}: {words}" for words in active]
                if path != f"/{page}" or page != "index.html" and articles not in (1, 2):
                    wrong.append(f"{page}, {of!r}: leads to {path} with {articles} articles")
        for ending in READERS:
            tab.open(server.url(f"reader-{ending}.html"))
            shown = tab.evaluate("show()")
            tab.settle()
            wrong += [f"reader of {ending}: {words}" for words in complaints(tab, server.url()) + tab.evaluate(f"({ACTIVE})(document)")]
            if shown < len(table_of):
                wrong.append(f"reader of {ending}: only {shown} texts were shown")
if wrong:
    sys.exit("error: signs of life\n" + "\n".join(wrong[:50]))
print(f"{len(table_of)} hostile vectors: {ran} ran raw, none ran in {len(pages)} pages and {len(READERS)} readers")
