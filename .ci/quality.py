#!/usr/bin/env python3
"""Compares the yardsticks' figures with the floors in tests/quality.toml; a figure below its floor fails.

A figure that is well above its floor is advice to raise the floor. Lowering one needs a reason in the commit.
"""
import argparse, json, pathlib, subprocess, sys, tempfile, tomllib

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--yardsticks", type=pathlib.Path, required=True)
arguments.add_argument("--bin", required=True)
arguments = arguments.parse_args()

floors = tomllib.loads(pathlib.Path("tests/quality.toml").read_text(encoding="utf8"))
failed = 0
with tempfile.TemporaryDirectory() as folder:
    for what, sets in floors.items():
        if what == "pages":  # our own pages; `cargo test` holds their floors
            continue
        result = pathlib.Path(folder, "result.json")
        command = [sys.executable, str(arguments.yardsticks / "score.py"), "--bin", arguments.bin, "--json", str(result), what]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rows = {row["set"]: row for row in json.loads(result.read_text())}
        for name, wanted in sets.items():
            for figure, floor in wanted.items():
                reached = rows[name].get(figure)
                verdict = "ok"
                if reached is None or reached < floor:
                    verdict, failed = "BELOW THE FLOOR", failed + 1
                elif reached > floor + max(0.01, 0.01 * floor):
                    verdict = "ok (the floor could be raised)"
                print(f"{name:20} {figure:18} {reached} floor {floor}  {verdict}")
sys.exit(1 if failed else 0)
