#!/usr/bin/env python3
"""Reads every feed below the given folders with libxml2, feedparser and a JSON Feed schema.

The JSON Feed says what the others have to say: the same entries in the same order, with the same times, authors and
enclosures, for feedparser. RSS and Atom must be well-formed for libxml2 and make no bozo for feedparser; Atom must follow
the RELAX NG grammar of RFC 4287 where the schema folder has it. Then the rules of the W3C feed validator that feeds break
most often are checked without it (`rules` below names each as the validator does). Exits 1 on the first fault.
"""
import argparse, calendar, datetime, json, pathlib, re, subprocess, sys
import xml.etree.ElementTree as ElementTree

import feedparser
import jsonschema
import referencing
import referencing.jsonschema

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--schemas", type=pathlib.Path)
arguments.add_argument("folders", nargs="+", type=pathlib.Path)
arguments = arguments.parse_args()

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
MARKUP = re.compile(r"</\w+>|&(#\w+|amp|lt|gt|quot|apos|nbsp)\b")
URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9;/?:@&=+$.\-_!~*'()%,#\[\]]*$")
WORD_JOINER = "\u2060"


def schema():
    """The validator of JSON Feed 1.1, whose definitions refer to the schema of 1.0 beside it; None without them."""
    if not arguments.schemas or not (arguments.schemas / "feed.json").exists():
        return None
    load = lambda name: json.loads((arguments.schemas / name).read_text(encoding="utf8"))
    older = referencing.jsonschema.DRAFT4.create_resource(load("feed-1.json"))
    registry = referencing.Registry(retrieve=lambda address: older)
    return jsonschema.Draft4Validator(load("feed.json"), registry=registry, format_checker=jsonschema.FormatChecker())


def fail(path, why):
    sys.exit(f"error: {path}: {why}")


def lint(path, *options):
    run = subprocess.run(["xmllint", "--noout", *options, path], capture_output=True, text=True)
    if run.returncode != 0:
        fail(path, run.stderr.strip())


def seconds(text):
    """RFC 3339 as whole seconds since 1970."""
    return int(datetime.datetime.fromisoformat(text).timestamp() // 1)


def line(text):
    """A name or title as XML can carry it: one line, without word joiners and what XML forbids or discourages."""
    text = text.replace("\x85", " ")
    kept = "".join(c for c in text if not (ord(c) < 32 and c not in "\t\n\r") and not 0x7F <= ord(c) <= 0x9F
                   and not 0xFDD0 <= ord(c) <= 0xFDEF and ord(c) & 0xFFFE != 0xFFFE and c not in "\u2066\u2067\u2068\u2069"
                   and not 0x202A <= ord(c) <= 0x202E)
    return " ".join(kept.replace(WORD_JOINER, "").replace("\uFFFD", "?").split())


def names(written):
    return [name for name in map(line, written) if name]


def rules(path, tree):
    """What the W3C validator says of most feeds that are not quite right."""
    root = tree.getroot()
    is_atom = root.tag == ATOM + "feed"
    head = root if is_atom else root.find("channel")
    served = head.findall(ATOM + "link[@rel='self']")
    entries = root.findall(ATOM + "entry") if is_atom else head.findall("item")
    if is_atom and len({entry.findtext(ATOM + "updated") for entry in entries}) < len(entries):
        fail(path, "DuplicateUpdated: two entries with the same atom:updated")
    for entry in entries:
        children = [child.tag for child in entry]
        if is_atom and not {ATOM + "summary", ATOM + "content"} & set(children):
            fail(path, "MissingTextualContent: an entry with neither summary nor content")
        if CONTENT in children and ("description" not in children or children.index("description") > children.index(CONTENT)):
            fail(path, "NeedDescriptionBeforeContent: content:encoded without description before it")
        if children.count("enclosure") > 1:
            fail(path, "DuplicateEnclosure: two enclosures in an item")
        if (guid := entry.find("guid")) is not None and guid.get("isPermaLink") == "true" and guid.text != entry.findtext("link"):
            fail(path, "InvalidPermalink: a guid that is no permanent link says it is one")
        if not is_atom and int((published := entry.findtext("pubDate"))[-2:]) % 30:
            fail(path, f"ProblematicalRFC822Date: {published}")
    for element in root.iter():
        plain = element.tag not in ("description", CONTENT) and element.get("type") != "html"
        if plain and MARKUP.search(element.text or "") and not URI.match(element.text):
            fail(path, f"ContainsHTML: {element.tag} {element.text!r}")
        for word in [element.text or "", *element.attrib.values()]:
            if re.search("[\x7F-\x9F\uFFFD]", word):
                fail(path, f"BadCharacters: {element.tag} {word!r}")
        for name in ("href", "url"):
            value = element.get(name)
            if value is not None and ":" in value and not URI.match(value):
                fail(path, f"InvalidUriChar: {element.tag} {value!r}")
    if not is_atom and (picture := head.find("image")) is not None:
        if [picture.findtext(name) for name in ("title", "link")] != [head.findtext(name) for name in ("title", "link")]:
            fail(path, "ImageTitleDoesntMatch")
    return bool(served)


def agrees(path, read, feed):
    """feedparser finds what the JSON Feed says."""
    for theirs, ours in zip(read.entries, feed["items"], strict=True):
        where = f"{path}: {ours['id']}"
        if theirs.id != ours["id"]:
            fail(where, f"another id: {theirs.id}")
        published = seconds(ours["date_published"])
        if calendar.timegm(theirs.published_parsed) != published:
            fail(where, f"another time: {theirs.published} for {ours['date_published']}")
        changed = seconds(ours.get("date_modified", ours["date_published"]))
        if theirs.get("updated_parsed") and calendar.timegm(theirs.updated_parsed) not in (changed, published):
            fail(where, f"another time of change: {theirs.updated}")
        wanted = names(author["name"] for author in ours.get("authors", []))
        found = names(author.get("name", "") for author in theirs.get("authors", []))
        if wanted and path.suffix == ".atom" and found != wanted:
            fail(where, f"other authors: {found} for {wanted}")
        files = [file["url"] for file in ours.get("attachments", [])]
        found = [file.href for file in theirs.enclosures]
        if len(found) != (len(files) if path.suffix == ".atom" else min(1, len(files))):
            fail(where, f"other enclosures: {found} for {files}")


def creators(path, tree, feed):
    for item, ours in zip(tree.getroot().iter("item"), feed["items"], strict=True):
        found = names(creator.text or "" for creator in item.findall(CREATOR))
        wanted = names(author["name"] for author in ours.get("authors", []))
        if found != wanted:
            fail(path, f"{ours['id']}: other authors: {found} for {wanted}")


validator, checked = schema(), 0
for folder in arguments.folders:
    for path in sorted(folder.rglob("*.json")):
        feed = json.loads(path.read_text(encoding="utf8"))
        if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/"):
            continue
        if validator and (fault := next(validator.iter_errors(feed), None)):
            fail(path, f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}")
        ids = [item["id"] for item in feed["items"]]
        if len(set(ids)) != len(ids) or not ids:
            fail(path, "ids are missing or not unique")
        for ending in ("rss", "atom"):
            other = path.with_suffix("." + ending)
            lint(other)
            read = feedparser.parse(str(other))
            if read.bozo:
                fail(other, read.bozo_exception)
            agrees(other, read, feed)
            tree = ElementTree.parse(other)
            if rules(other, tree) != ("feed_url" in feed):
                fail(other, "MissingSelf: rel=self")
            if ending == "rss":
                creators(other, tree, feed)
            checked += 1
        grammar = arguments.schemas / "atom.rng" if arguments.schemas else None
        if grammar and grammar.exists():
            lint(path.with_suffix(".atom"), "--relaxng", str(grammar))
        checked += 1
    for path in sorted(folder.glob("*.opml")):
        lint(path)
print(f"{checked} feed files are well")
