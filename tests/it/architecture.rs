//! The rules of ARCHITECTURE.md that a reader of the imports can check.

use std::path::Path;

use crate::support::files;

/// Which modules a module of `src/` may name. A module that is missing here fails the test, so that the map cannot rot.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("finding", &[]),
    ("normalise", &["model", "finding"]),
    ("page", &["finding", "model", "normalise"]),
    ("listing", &["page", "normalise", "model", "finding"]),
    ("article", &["listing", "page", "normalise", "model", "finding"]),
    ("hosting", &["finding", "format", "model"]),
    ("config", &["article", "hosting", "listing", "page", "normalise", "model", "finding"]),
    ("assemble", &["article", "config", "finding", "listing", "model", "normalise", "pipeline"]),
    ("format", &["model", "finding", "normalise", "pipeline"]),
    ("report", &["assemble", "config", "finding", "format", "hosting", "model", "pipeline"]),
    (
        "pipeline",
        &[
            "article",
            "assemble",
            "config",
            "finding",
            "format",
            "hosting",
            "listing",
            "model",
            "normalise",
            "page",
            "report",
        ],
    ),
    ("io", &["config", "finding", "model", "page", "pipeline", "normalise"]),
    (
        "cli",
        &[
            "article",
            "assemble",
            "config",
            "finding",
            "format",
            "hosting",
            "io",
            "listing",
            "model",
            "normalise",
            "page",
            "pipeline",
            "report",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Modules that may wait: everything else is synchronous.
const MAY_WAIT: &[&str] = &["pipeline", "io", "cli"];

/// Who may make HTML safe by saying so.
const MAY_TRUST_HTML: &[&str] = &["model.rs", "normalise/html.rs"];

fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rust = files(&folder).into_iter().filter(|(name, _)| Path::new(name).extension().is_some_and(|e| e == "rs"));
    rust.map(|(name, path)| (name, std::fs::read_to_string(path).unwrap())).collect()
}

fn module(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// The code of a file without its unit tests and comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end].lines().enumerate().map(|(n, line)| (n + 1, line.split("//").next().unwrap_or_default()))
}

#[test]
fn imports_point_downwards() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let here = module(&file);
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == here) else {
            wrong.push(format!("{file}: module `{here}` is not in the table"));
            continue;
        };
        for (line, code) in code(&text) {
            for part in code.split("crate::").skip(1).chain(code.split("feedmill::").skip(1)) {
                let named: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if named.is_empty() && part.starts_with('{') && here != "lib" {
                    // A group on one line is read name by name.
                    for name in part.trim_start_matches('{').split(',') {
                        let name: String =
                            name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                        if !name.is_empty() && name != here && !allowed.contains(&name.as_str()) {
                            wrong.push(format!("src/{file}:{line}: {here} may not name {name}"));
                        }
                    }
                } else if !named.is_empty()
                    && named != "selector"
                    && named != here
                    && !allowed.contains(&named.as_str())
                {
                    wrong.push(format!("src/{file}:{line}: {here} may not name {named}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pure_half_neither_waits_nor_reads_the_clock() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let here = module(&file);
        for (line, code) in code(&text) {
            let waits = ["async ", ".await", "tokio::"].iter().any(|word| code.contains(word));
            if waits && !MAY_WAIT.contains(&here) {
                wrong.push(format!("src/{file}:{line}: {here} waits: {}", code.trim()));
            }
            let outside =
                ["std::fs", "std::net", "std::env", "SystemTime::now", "Instant::now", "Utc::now", "Local::now"];
            if outside.iter().any(|word| code.contains(word)) && here != "io" {
                wrong.push(format!("src/{file}:{line}: {here} reaches outside: {}", code.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn html_is_made_safe_in_one_place() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if file.ends_with("tests.rs") {
            continue;
        }
        let trusted = MAY_TRUST_HTML.contains(&file.as_str()) || file.starts_with("normalise/html/");
        for (line, code) in code(&text) {
            if code.contains("from_sanitiser") && !trusted {
                wrong.push(format!("src/{file}:{line}: only the sanitiser makes SafeHtml"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_is_no_mod_rs() {
    assert!(sources().iter().all(|(file, _)| !file.ends_with("mod.rs")));
}
