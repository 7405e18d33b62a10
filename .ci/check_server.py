#!/usr/bin/env python3
"""The shipped nginx snippet in use: media types, ETag and 304, compressed twins; newsboat reads what it serves."""
import argparse, datetime, gzip, json, pathlib, re, shutil, sqlite3, subprocess, sys, tempfile, urllib.error, urllib.request

from nginx import Nginx

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--bin", required=True)
arguments.add_argument("example", type=pathlib.Path, help="a folder with feeds.toml and what it needs")
arguments = arguments.parse_args()
checked = 0


def check(what, good):
    global checked
    checked += 1
    if not good:
        sys.exit(f"error: {what}")


def ask(url, **headers):
    """Status, headers and body; what is no success is no exception here."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()}), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def build(folder, base):
    """The example, built for `base` with compressed twins."""
    text = (arguments.example / "feeds.toml").read_text(encoding="utf8")
    shutil.copytree(arguments.example / "examples/site", folder / "examples/site")
    # At first without `base_url`: feedmill would look there for feeds that it published before its state was lost, and
    # refuse a loopback address.
    for top in ("", f'base_url = "{base}"\nhost = "nginx"\nprecompress = true'):
        (folder / "feeds.toml").write_text(re.sub(r'^base_url = .*', top, text, flags=re.M), encoding="utf8")
        run = subprocess.run([arguments.bin, "build", "--config", folder / "feeds.toml"], capture_output=True, text=True)
        check(f"the example did not build:\n{run.stderr}", run.returncode == 0)


def media_types(server, public):
    wanted = {"rss": "application/rss+xml; charset=utf-8", "atom": "application/atom+xml; charset=utf-8",
              "json": "application/feed+json; charset=utf-8", "html": "text/html; charset=utf-8", "opml": "text/x-opml; charset=utf-8",
              "js": "text/javascript; charset=utf-8", "txt": "text/plain; charset=utf-8"}
    seen = set()
    for path in sorted(public.iterdir()):
        ending = path.name.rsplit(".", 1)[-1]
        if ending in ("gz", "br") or path.name.startswith(".") or ending not in wanted:
            continue
        status, headers, body = ask(server.url(path.name))
        type_ = "application/json" if path.name == "status.json" else wanted[ending]
        check(f"{path.name} is served as {status} {headers['content-type']}", status == 200 and headers["content-type"].startswith(type_))
        check(f"{path.name} is served with other bytes", body == path.read_bytes())
        check(f"{path.name} may not be read from elsewhere", headers["access-control-allow-origin"] == "*")
        seen.add(ending)
    check(f"only {seen} were there to be checked", seen >= {"rss", "atom", "json", "html", "opml", "js"})
    check("a hidden file is served", ask(server.url(".nojekyll"))[0] == 404)


def conditional(server, public):
    for name in ("gearbox.rss", "gearbox.atom", "gearbox.json", "index.html"):
        status, headers, _ = ask(server.url(name))
        check(f"{name} has no validators", headers["etag"] and headers["last-modified"])
        check(f"{name} is sent twice", ask(server.url(name), If_None_Match=headers["etag"])[0] == 304)
        check(f"{name} is sent twice", ask(server.url(name), If_Modified_Since=headers["last-modified"])[0] == 304)


def twins(server, public):
    plain = (public / "gearbox.rss").read_bytes()
    status, headers, body = ask(server.url("gearbox.rss"), Accept_Encoding="gzip")
    check("the twin is not served", headers["content-encoding"] == "gzip" and body == (public / "gearbox.rss.gz").read_bytes())
    check("the twin has another type", headers["content-type"].startswith("application/rss+xml") and "Accept-Encoding" in headers["vary"])
    check("the twin has other words", gzip.decompress(body) == plain)
    unpacked = subprocess.run(["brotli", "-dc", public / "gearbox.rss.br"], capture_output=True, check=True).stdout
    check("the other twin has other words", unpacked == plain)
    check("gzip of others does not like the twin", subprocess.run(["gzip", "-t", public / "gearbox.rss.gz"]).returncode == 0)


def newsboat(server, public, folder):
    """Reads every feed as RSS and as Atom, and the OPML list; counts what is in its cache."""
    ids = [path.stem for path in sorted(public.glob("*.rss"))]
    for id, ending in ((id, ending) for id in ids for ending in ("rss", "atom")):
        # A cache each: newsboat keeps one entry for one id, whatever feed it stands in.
        run, cache, _ = reader(folder / f"{id}-{ending}", [server.url(f"{id}.{ending}")], "-x", "reload")
        check(f"newsboat: {run.stderr}", run.returncode == 0)
        items = json.loads((public / f"{id}.json").read_text(encoding="utf8"))["items"]
        rows = sqlite3.connect(cache).execute("select guid, title, pubDate from rss_item").fetchall()
        found = {guid: (title, time) for guid, title, time in rows}
        check(f"newsboat has {len(found)} of {len(items)} entries of {id}.{ending}", len(found) == len(items) > 0)
        for item in items:
            moment = int(datetime.datetime.fromisoformat(item["date_published"]).timestamp())
            check(f"newsboat has {found.get(item['id'])} for {item['id']}", found.get(item["id"]) == (item["title"], moment))
    run, _, urls = reader(folder / "opml", [], "-i", public / "feeds.opml")
    check(f"newsboat does not import the list: {run.stderr}", run.returncode == 0)
    lines = [line for line in urls.read_text().splitlines() if line]
    check(f"newsboat imported {lines}", sorted(line.split()[0] for line in lines) == sorted(server.url(f"{id}.atom") for id in ids))
    check(f"newsboat imported no category: {lines}", any('"Town hall"' in line for line in lines))


def reader(home, urls, *options):
    """Runs newsboat with a home of its own; returns how it ended, its cache and its list of addresses."""
    home.mkdir()
    files = {name: home / name for name in ("urls", "cache.db", "config")}
    files["config"].write_text("")
    files["urls"].write_text("".join(url + "\n" for url in urls))
    command = ["newsboat", "-u", files["urls"], "-c", files["cache.db"], "-C", files["config"], *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120), files["cache.db"], files["urls"]


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    folder.chmod(0o755)
    public = folder / "public"
    public.mkdir()
    with Nginx(public) as server:
        build(folder, server.url())
        media_types(server, public)
        conditional(server, public)
        twins(server, public)
        newsboat(server, public, folder)
print(f"{checked} checks of the served folder are well")
