//! What the README and the examples promise.

use std::path::Path;
use std::process::Command;

use crate::support::{DAY, NOON, files};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies the parts of the repository that the example needs, without any state.
fn clone() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["feeds.toml", "public", "examples"] {
        let from = root().join(part);
        let all = if from.is_dir() { files(&from) } else { vec![(String::new(), from.clone())] };
        for (name, path) in all {
            let to = if name.is_empty() { folder.path().join(part) } else { folder.path().join(part).join(name) };
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(path, to).unwrap();
        }
    }
    folder
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files(&folder.join("public")).into_iter().map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
}

#[test]
fn the_example_builds_to_what_is_committed_on_any_day() {
    let folder = clone();
    let before = contents(folder.path());
    assert!(before.len() >= 3 * 4, "the example is committed");
    for days in [0, 1, 400] {
        let run = Command::new(env!("CARGO_BIN_EXE_feedmill"))
            .arg("build")
            .current_dir(folder.path())
            .env("SOURCE_DATE_EPOCH", (NOON + days * DAY).to_string())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let after = contents(folder.path());
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(old.0, new.0);
            assert_eq!(String::from_utf8_lossy(&old.1), String::from_utf8_lossy(&new.1), "{} after {days} days", old.0);
        }
        assert_eq!(before.len(), after.len());
    }
}

#[test]
fn the_example_configurations_are_valid() {
    for path in ["feeds.toml", "examples/real-sites.toml"] {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let config = feedmill::config::parse(&text, path, &|_| None);
        assert!(config.is_ok(), "{}", config.err().map(|mistakes| mistakes.render(false, 100)).unwrap_or_default());
    }
}

#[test]
fn the_readme_names_commands_and_exit_codes_that_exist() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_feedmill")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for command in ["build", "init", "inspect"] {
        assert!(readme.contains(&format!("feedmill {command}")) && help.contains(command), "{command}");
    }
    for code in ["`0`", "`1`", "`2`", "`75`"] {
        assert!(readme.contains(code), "{code}");
    }
}
