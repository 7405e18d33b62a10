//! What whole runs cost: the program as people run it, against an origin on the loopback interface.
//!
//! For each number of sites: a first run, runs in which nothing changed, and one in which every site has one new story.
//! Prints a Markdown table. `cargo bench --bench run -- 10 100` measures other numbers of sites than 10, 100 and 1000.
#![expect(clippy::disallowed_methods, reason = "benches write files, open sockets and read the clock")]
#![expect(clippy::print_stdout, reason = "the table is what this is for")]
#![allow(clippy::unwrap_used, reason = "a bench that meets the unexpected cannot go on")]

mod origin;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use origin::{Origin, STORIES};

/// The moment of every run, 2026-11-22T12:00:00Z.
const NOON: &str = "1795348800";
/// Unchanged runs, of which the median is shown.
const UNCHANGED_RUNS: usize = 5;

/// What one run cost.
struct Cost {
    /// User and system time.
    cpu: Duration,
    wall: Duration,
    /// The most resident memory in KiB.
    peak: u64,
    requests: origin::Requests,
    /// Files of the output folder whose time or size changed, or that are new or gone.
    files: usize,
}

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10, 100, 1000] } else { sizes };
    println!("| sites | run | CPU s | CPU ms a site | wall s | peak MiB | requests | article pages | 304 | files |");
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for sites in sizes {
        let origin = Origin::start();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("feeds.toml"), configuration(sites, origin.port)).unwrap();
        show(sites, "first", &run(folder.path(), &origin));
        let mut unchanged: Vec<Cost> = (0..UNCHANGED_RUNS).map(|_| run(folder.path(), &origin)).collect();
        unchanged.sort_by_key(|cost| cost.cpu);
        show(sites, "unchanged", &unchanged[UNCHANGED_RUNS / 2]);
        origin.publish_one_more();
        show(sites, "one new story a site", &run(folder.path(), &origin));
    }
    println!("\n{STORIES} stories a site at first; the unchanged run is the median of {UNCHANGED_RUNS} by CPU time.");
}

/// Every site is a host of its own, so that none waits for another.
fn configuration(sites: usize, port: u16) -> String {
    let mut text = String::from("[defaults]\nrequest = { allow_private = true, delay = \"0s\" }\n");
    for site in 0..sites {
        let (high, low) = (site / 250, site % 250 + 1);
        let _ = write!(text, "[feeds.site-{site}]\nurl = \"http://127.0.{high}.{low}:{port}/\"\n");
    }
    text
}

fn run(folder: &Path, origin: &Origin) -> Cost {
    let before = files(folder);
    origin.take_requests();
    let (cpu, start) = (cpu_of_children(), Instant::now());
    let errors = std::fs::File::create(folder.join("errors.txt")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_feedmill"))
        .arg("build")
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", NOON)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors)
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        // The figure only rises, so that the last one before the end is right to some milliseconds.
        peak = peak_memory(child.id()).unwrap_or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = start.elapsed();
    let words = std::fs::read_to_string(folder.join("errors.txt")).unwrap();
    assert!(status.success(), "{status}: {words}");
    let after = files(folder);
    let gone = before.keys().filter(|path| !after.contains_key(*path)).count();
    let touched = after.iter().filter(|(path, now)| before.get(*path) != Some(now)).count();
    Cost {
        cpu: cpu_of_children().saturating_sub(cpu),
        wall,
        peak,
        requests: origin.take_requests(),
        files: gone + touched,
    }
}

/// User and system time of all programs that were run and have ended.
fn cpu_of_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(microseconds.unsigned_abs())
}

/// `VmHWM` of a process in KiB (proc(5)); `None` where there is no such file or the process has ended.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The files of the output folder with their time and size.
fn files(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, u64)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.join("public")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let data = std::fs::metadata(&path).unwrap();
            if data.is_dir() {
                folders.push(path);
            } else {
                found.insert(path, (data.modified().unwrap(), data.len()));
            }
        }
    }
    found
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn show(sites: usize, name: &str, cost: &Cost) {
    let cpu = cost.cpu.as_secs_f64();
    let requests = &cost.requests;
    println!(
        "| {sites} | {name} | {cpu:.3} | {:.3} | {:.2} | {:.1} | {} | {} | {} | {} |",
        cpu * 1000.0 / sites as f64,
        cost.wall.as_secs_f64(),
        cost.peak as f64 / 1024.0,
        requests.all,
        requests.articles,
        requests.not_modified,
        cost.files,
    );
}
