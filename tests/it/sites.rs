//! Golden sites: `tests/sites/<slug>/{feeds.toml, web/, expected/}`.
//!
//! Each is built at [`NOON`] from nothing, and `public/` and the words of the run are compared with `expected/`.
//! `BLESS=1 cargo test` writes them anew; a new case needs no Rust.

use std::path::Path;
use std::process::Command;

use crate::support::{NOON, files};

#[test]
fn golden_sites() {
    let sites = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites");
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    let mut slugs: Vec<_> =
        std::fs::read_dir(&sites).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir()).collect();
    slugs.sort();
    assert!(slugs.len() >= 3, "the golden sites are gone");
    for site in slugs {
        let folder = tempfile::tempdir().unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_feedmill"))
            .args(["build", "--config"])
            .arg(site.join("feeds.toml"))
            .arg("--output")
            .arg(folder.path().join("out"))
            .arg("--state")
            .arg(folder.path().join("state.db"))
            .env("SOURCE_DATE_EPOCH", NOON.to_string())
            .output()
            .unwrap();
        let words = format!("exit {}\n{}", run.status.code().unwrap_or(-1), String::from_utf8_lossy(&run.stderr));
        let words = words.replace(&site.display().to_string(), "SITE");
        let mut made: Vec<(String, Vec<u8>)> = files(&folder.path().join("out"))
            .into_iter()
            .filter(|(name, _)| !is_page(name))
            .map(|(name, path)| (name, std::fs::read(path).unwrap()))
            .collect();
        made.push(("report.txt".into(), words.into_bytes()));
        let expected = site.join("expected");
        if bless {
            let _ = std::fs::remove_dir_all(&expected);
            std::fs::create_dir_all(&expected).unwrap();
            for (name, bytes) in &made {
                std::fs::write(expected.join(name), bytes).unwrap();
            }
            continue;
        }
        let known = files(&expected);
        for (name, path) in &known {
            let wanted = std::fs::read(path).unwrap();
            match made.iter().find(|(made, _)| made == name) {
                Some((_, bytes)) if *bytes == wanted => {}
                Some((_, bytes)) => wrong.push(format!("{}: {}", path.display(), first_difference(&wanted, bytes))),
                None => wrong.push(format!("{} was not made", path.display())),
            }
        }
        for (name, _) in made.iter().filter(|(name, _)| !known.iter().any(|(known, _)| known == name)) {
            wrong.push(format!("{} is new", expected.join(name).display()));
        }
    }
    assert!(wrong.is_empty(), "{}\n(BLESS=1 cargo test writes the expected files anew)", wrong.join("\n"));
}

/// Pages for people carry the style of all pages, so that every site would change with it, and the files for hosts are
/// the same for all; the example has them.
fn is_page(name: &str) -> bool {
    [".html", ".js", ".nojekyll", "_headers", "files.txt"].iter().any(|ending| name.ends_with(ending))
        && name != "status.html"
}

fn first_difference(wanted: &[u8], made: &[u8]) -> String {
    let (wanted, made) = (String::from_utf8_lossy(wanted), String::from_utf8_lossy(made));
    for (n, (old, new)) in wanted.lines().zip(made.lines()).enumerate() {
        if old != new {
            return format!("line {}:\n  - {old}\n  + {new}", n + 1);
        }
    }
    format!("{} lines instead of {}", made.lines().count(), wanted.lines().count())
}
