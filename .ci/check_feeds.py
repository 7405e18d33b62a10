#!/usr/bin/env python3
"""Reads every feed below the given folders with libxml2, feedparser and a JSON Feed schema.

RSS and Atom must be well-formed for libxml2, make no bozo for feedparser and carry the ids of the JSON Feed in its
order; Atom must follow the RELAX NG grammar of RFC 4287 where the schema folder has it. Exits 1 on the first fault.
"""
import argparse, json, pathlib, subprocess, sys

import feedparser
import jsonschema
import referencing
import referencing.jsonschema

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--schemas", type=pathlib.Path)
arguments.add_argument("folders", nargs="+", type=pathlib.Path)
arguments = arguments.parse_args()


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


validator, checked = schema(), 0
for folder in arguments.folders:
    for path in sorted(folder.glob("*.json")):
        if path.name == "status.json":
            continue
        feed = json.loads(path.read_text(encoding="utf8"))
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
            if [entry.id for entry in read.entries] != ids:
                fail(other, "other ids than in the JSON Feed")
            checked += 1
        grammar = arguments.schemas / "atom.rng" if arguments.schemas else None
        if grammar and grammar.exists():
            lint(path.with_suffix(".atom"), "--relaxng", str(grammar))
        checked += 1
    for path in sorted(folder.glob("*.opml")):
        lint(path)
print(f"{checked} feed files are well")
