//! The targets of `tests/fuzz/targets.rs` on inputs that are mutated from our own pages and dates.
//!
//! A few hundred inputs a target in every `cargo test`, always the same. For longer, and other ones each time:
//! `FUZZ_SECONDS=300 cargo test --test it fuzz -- --nocapture` (`FUZZ_TARGET=date` for one target). An input that makes a
//! target panic is written to the folder for temporary files, and named.

#![expect(clippy::print_stderr, reason = "a longer run tells how many inputs it had")]

use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../fuzz/targets.rs"]
pub(crate) mod targets;

/// The inputs of one target in a usual run.
const INPUTS: u32 = 250;
/// The largest input in bytes; larger ones are slow and say no more.
const LARGEST: usize = 16 * 1024;
/// What is put in between: what parsers stumble over.
const PIECES: &str = "<p>|</p>|<div>|</div>|<a href=/x>|<a href='javascript:x'>|</a>|<table>|<tr>|<td>|</table>|<ul>|<li>|</ul>|<svg>|<math>\
    |<mtext>|<style>|</style>|<script>|</script>|<!--|-->|<![CDATA[|]]>|<template>|</template>|<select>|<noscript>|<img src=/i.png>\
    |<base href=//evil.example/>|<h2>|</h2>|<article class=card>|</article>|<plaintext>|<br>|<iframe>|<title>|<meta charset=gbk>\
    |<time datetime=2026-11-02>|&#x9;|&lt;|&|\"|'|\0|\u{1b}|\u{feff}|\u{202e}|\u{fffd}| 2026 |年|月|日|民國|令和|上周|:|.|-|/|12|31|0\
    |ago| in |March|mar|5 days|昨晚|半|am|pm|UTC|+08:00|Z|T|,";

struct Random(u64);

impl Random {
    /// A number below `limit`, by xorshift64* (Vigna, 2016).
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % limit.max(1)
    }
}

/// Our own pages and the texts of the table of dates.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    if target == "date" {
        let table = std::fs::read_to_string(tests.join("tables/dates.txt")).unwrap();
        let rows = table.lines().filter(|line| !line.starts_with('#'));
        let texts = rows.filter_map(|row| row.rsplit_once(" => ")?.0.rsplit('\t').next());
        return texts.map(|text| format!("a{text}").into_bytes()).collect();
    }
    let mut paths: Vec<_> =
        std::fs::read_dir(tests.join("pages")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let pages = paths.iter().filter(|path| path.extension().is_some_and(|end| end == "html"));
    pages.map(|path| std::fs::read(path).unwrap()).collect()
}

/// Changes `input` a few times.
fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let pieces: Vec<&str> = PIECES.split('|').collect();
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(200)).min(input.len());
        match random.below(8) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 => input.insert(at, u8::try_from(random.below(256)).unwrap()),
            2 => drop(input.drain(at..end)),
            3 => {
                let part = input[at..end].to_vec();
                input.splice(at..at, part);
            }
            4 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                let part = other[from..(from + random.below(400)).min(other.len())].to_vec();
                input.splice(at..end, part);
            }
            5 => {
                let piece = pieces[random.below(pieces.len())].repeat(1 + random.below(40));
                input.splice(at..at, piece.into_bytes());
            }
            _ => {
                let piece = pieces[random.below(pieces.len())];
                input.splice(at..at, piece.bytes());
            }
        }
    }
    input.truncate(LARGEST);
}

/// Runs a target; returns how many inputs it had.
fn run(name: &str, target: fn(&[u8])) -> u32 {
    let seeds = seeds(name);
    assert!(!seeds.is_empty());
    let seconds: Option<u64> = std::env::var("FUZZ_SECONDS").ok().map(|text| text.parse().unwrap());
    let begun = Instant::now();
    let seed = seconds.map_or(1, |_| std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs());
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ seed);
    let mut done = 0;
    let goes_on = |done: u32| match seconds {
        Some(seconds) => begun.elapsed() < Duration::from_secs(seconds),
        None => done < INPUTS,
    };
    while goes_on(done) {
        let mut input = seeds[random.below(seeds.len())].clone();
        // Every tenth is a page as it is.
        if done % 10 > 0 {
            mutate(&mut input, &seeds, &mut random);
        }
        if let Err(panic) = std::panic::catch_unwind(|| target(&input)) {
            let path = std::env::temp_dir().join(format!("feedmill-fuzz-{name}"));
            std::fs::write(&path, &input).unwrap();
            eprintln!("the input of {name} is in {}", path.display());
            std::panic::resume_unwind(panic);
        }
        done += 1;
    }
    eprintln!("{name}: {done} inputs in {:.0} s", begun.elapsed().as_secs_f64());
    done
}

#[test]
fn fuzz_targets_hold() {
    let wanted = std::env::var("FUZZ_TARGET").ok();
    let chosen = targets::TARGETS.iter().filter(|(name, _)| wanted.as_deref().is_none_or(|wanted| wanted == *name));
    let done: Vec<u32> = chosen.map(|(name, target)| run(name, *target)).collect();
    assert!(!done.is_empty() && done.iter().all(|done| *done > 0));
}

#[test]
fn pages_made_to_be_slow_are_read_or_refused() {
    // The full sizes take minutes in a build that is not optimised.
    let part = if std::env::var_os("FUZZ_SECONDS").is_some() { 1 } else { 64 };
    let mib = 1024 * 1024 / part;
    let nest = |tag: &str, times: usize| format!("<{tag}>").repeat(times) + "<p>deep";
    let attributes = numbered(100_000, &|n| format!(" a{n}=1"));
    let list = numbered(40_000 / part, &|n| format!("<li><a href=/s/{n}>A headline that has number {n} in it</a>"));
    let pages = [
        nest("div", 200_000),
        nest("ul><li", 100_000),
        nest("table><tr><td", 50_000),
        nest("b", 200_000),
        nest("font color=red", 100_000),
        nest("svg", 100_000),
        format!("<html><div{attributes}><p>many attributes"),
        format!("<html><p>{}", "word ".repeat(50 * mib / 5)),
        format!("<html><ul>{list}</ul>"),
        format!("<html><p title=\"{}", "x".repeat(10 * mib)),
        format!("<html><!--{}", "-".repeat(10 * mib)),
        format!("<html><script>{}", "<!--<script>".repeat(mib)),
        format!("<html>{}", "<a href=/x>".repeat(30_000)),
        format!("<html>{}", "</p>".repeat(mib / 10)),
        format!("<html>{}<p>x", "<p>".repeat(mib / 10)),
        format!("<html><p>{}", "&amp;".repeat(mib / 4)),
        format!("<html><p>{}", "x<br>".repeat(mib / 10)),
        "<".repeat(10 * mib),
    ];
    for page in &pages {
        let begun = Instant::now();
        targets::listing(page.as_bytes());
        targets::article(page.as_bytes());
        eprintln!("{page:.40}… {} bytes: {:.1} s", page.len(), begun.elapsed().as_secs_f64());
    }
}

fn numbered(times: usize, piece: &dyn Fn(usize) -> String) -> String {
    (0..times).map(piece).collect::<Vec<_>>().concat()
}
