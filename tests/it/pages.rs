//! Pages of our own: `tests/pages/<kind>-<language>-<thing>.html` and what a reader finds on it in the `.toml` beside.
//!
//! Each page exercises one thing. The program reads them all; the shares of right answers are held against the floors in
//! `tests/quality.toml`. A new page needs no Rust. The keys of a page's table:
//!
//! * both kinds: `url`; `header` (the charset that the server says), `encoding` (the one that feeds.toml says)
//! * `listing-…`: `items`, each `[path, title]` or `[path, title, date]` (`""`: no date); `next`
//! * `article-…`: `title`, `published`, `authors`, `source`, `language`, `body` (one block a line), `images`; `html` and
//!   `absent`, what must and must not stand in the markup and the title

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use toml::Table;

use crate::support::Project;

/// A floor this far below what is reached should be raised.
const WORTH_RAISING: f64 = 0.01;

struct Page {
    name: String,
    html: PathBuf,
    wanted: Table,
}

impl Page {
    fn kind(&self) -> &str {
        self.name.split('-').next().unwrap()
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.wanted.get(key).map(|value| value.as_str().unwrap())
    }

    fn list(&self, key: &str) -> Option<Vec<&str>> {
        let values = self.wanted.get(key)?.as_array().unwrap();
        Some(values.iter().map(|value| value.as_str().unwrap()).collect())
    }
}

fn pages() -> Vec<Page> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let paths = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    paths.sort();
    let page = |path: PathBuf| {
        let wanted =
            std::fs::read_to_string(&path).unwrap().parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        Page { name, html: path.with_extension("html"), wanted }
    };
    paths.into_iter().map(page).collect()
}

/// What the program answers to every page, by the page's name.
fn answers(pages: &[Page]) -> HashMap<String, Value> {
    let project = Project::new("");
    let question = |page: &Page| {
        json!({
            "id": page.name, "kind": page.kind(), "url": page.text("url").unwrap(), "html": page.html,
            "charset": page.text("header"), "encoding": page.text("encoding"), "selectors": true,
        })
    };
    let lines: Vec<String> = pages.iter().map(|page| question(page).to_string()).collect();
    project.write("pages.jsonl", lines.join("\n"));
    let run = project.run(&["inspect", "--batch", "pages.jsonl"]).exit(0);
    let answers = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    answers.map(|answer| (answer["id"].as_str().unwrap().to_owned(), answer)).collect()
}

/// Shares of right answers by kind and figure, and what was wrong.
#[derive(Default)]
struct Figures {
    shares: BTreeMap<(&'static str, &'static str), Vec<f64>>,
    wrong: Vec<String>,
}

impl Figures {
    fn add(&mut self, kind: &'static str, figure: &'static str, share: f64, page: &Page, why: impl FnOnce() -> String) {
        self.shares.entry((kind, figure)).or_default().push(share);
        if share < 0.999 {
            self.wrong.push(format!("{}: {figure} {share:.3} {}", page.name, why()));
        }
    }

    fn same(&mut self, kind: &'static str, figure: &'static str, page: &Page, wanted: Option<&Value>, got: &Value) {
        if let Some(wanted) = wanted {
            let right = f64::from(u8::from(wanted == got));
            self.add(kind, figure, right, page, || format!("wanted {wanted} got {got}"));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of pages are small")]
    fn mean(&self, kind: &str, figure: &str) -> Option<f64> {
        let (_, shares) = self.shares.iter().find(|((k, f), _)| *k == kind && *f == figure)?;
        Some(shares.iter().sum::<f64>() / shares.len() as f64)
    }
}

#[test]
fn pages_of_our_own_are_read_as_well_as_ever() {
    let pages = pages();
    let answers = answers(&pages);
    let mut figures = Figures::default();
    for page in &pages {
        let answer = answers.get(&page.name).unwrap_or_else(|| panic!("{} has no answer", page.name));
        assert!(answer["error"].is_null(), "{}: {answer}", page.name);
        // No page of ours has the sign that stands for a byte that was not understood.
        assert!(!answer.to_string().contains('\u{FFFD}'), "{}: {answer}", page.name);
        match page.kind() {
            "listing" => listing(page, answer, &mut figures),
            "article" => article(page, answer, &mut figures),
            other => panic!("{}: {other} is no kind of page", page.name),
        }
    }
    let floors: Table = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let mut below = Vec::new();
    for (kind, floors) in floors["pages"].as_table().unwrap() {
        for (figure, floor) in floors.as_table().unwrap() {
            let floor = floor.as_float().unwrap();
            let reached = figures.mean(kind, figure).unwrap_or_else(|| panic!("there is no figure {kind} {figure}"));
            eprintln!("{kind:8} {figure:10} {reached:.4} floor {floor}");
            if reached < floor {
                below.push(format!("{kind} {figure} {reached:.4} is below its floor {floor}"));
            } else if reached >= floor + WORTH_RAISING {
                eprintln!("  the floor of {kind} {figure} in tests/quality.toml could be raised");
            }
        }
    }
    for wrong in &figures.wrong {
        eprintln!("{wrong}");
    }
    let unheld = figures
        .shares
        .keys()
        .find(|(kind, figure)| floors["pages"].get(kind).and_then(|floors| floors.get(figure)).is_none());
    assert!(unheld.is_none(), "{unheld:?} has no floor in tests/quality.toml");
    assert!(below.is_empty(), "{}\n{}", below.join("\n"), figures.wrong.join("\n"));
}

#[test]
fn the_pages_cover_languages_and_encodings() {
    let pages = pages();
    let languages: HashSet<&str> = pages.iter().filter_map(|page| page.name.split('-').nth(1)).collect();
    let legacy = pages.iter().filter(|page| std::str::from_utf8(&std::fs::read(&page.html).unwrap()).is_err()).count();
    assert!(pages.len() >= 60 && languages.len() >= 12 && legacy >= 10, "{} {languages:?} {legacy}", pages.len());
}

#[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
fn listing(page: &Page, answer: &Value, figures: &mut Figures) {
    let base = url::Url::parse(page.text("url").unwrap()).unwrap();
    let wanted: Vec<Vec<&str>> = page.wanted["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect())
        .collect();
    let got = answer["items"].as_array().unwrap();
    let find = |path: &str| {
        let url = base.join(path).unwrap();
        got.iter().find(|item| item["url"].as_str() == Some(url.as_str()))
    };
    let right = wanted.iter().filter(|item| find(item[0]).is_some()).count();
    let all = wanted.len() + got.len();
    let f1 = if all == 0 { 1.0 } else { 2.0 * right as f64 / all as f64 };
    figures.add("listing", "f1", f1, page, || {
        got.iter().map(|item| item["url"].to_string()).collect::<Vec<_>>().join(" ")
    });
    for item in &wanted {
        let Some(found) = find(item[0]) else { continue };
        figures.same("listing", "title", page, Some(&json!(item[1])), &found["title"]);
        if let Some(date) = item.get(2) {
            let date = if date.is_empty() { Value::Null } else { json!(date) };
            figures.same("listing", "date", page, Some(&date), &found["published"]);
        }
    }
    // A page without a next link has none.
    figures.same("listing", "next", page, Some(&json!(page.text("next"))), &answer["next"]);
    if !wanted.is_empty() {
        let found = f64::from(u8::from(answer["selectors"].is_object()));
        figures.add("listing", "selectors", found, page, || "no selectors reproduce the list".to_owned());
    }
}

fn article(page: &Page, answer: &Value, figures: &mut Figures) {
    let text = |key: &str| page.text(key).map(|text| json!(text));
    let f1 = f1(page.text("body").unwrap(), answer["content_text"].as_str().unwrap());
    figures.add("article", "f1", f1, page, || answer["content_text"].to_string());
    figures.same("article", "title", page, text("title").as_ref(), &answer["title"]);
    figures.same("article", "published", page, text("published").as_ref(), &answer["published"]);
    figures.same("article", "authors", page, page.list("authors").map(|list| json!(list)).as_ref(), &answer["authors"]);
    figures.same("article", "source", page, text("source").as_ref(), &answer["source"]["name"]);
    figures.same("article", "language", page, text("language").as_ref(), &answer["language"]);
    if let Some(images) = page.list("images") {
        let got: Vec<&str> =
            answer["images"].as_array().unwrap().iter().map(|image| image["url"].as_str().unwrap()).collect();
        figures.same("article", "images", page, Some(&json!(images)), &json!(got));
    }
    let shown = format!(
        "{} {}",
        answer["title"].as_str().unwrap_or_default(),
        answer["content_html"].as_str().unwrap_or_default()
    );
    let there = page.list("html").unwrap_or_default().into_iter().filter(|text| !shown.contains(*text));
    let gone = page.list("absent").unwrap_or_default().into_iter().filter(|text| shown.contains(*text));
    let wrong: Vec<&str> = there.chain(gone).collect();
    figures.add("article", "clean", f64::from(u8::from(wrong.is_empty())), page, || format!("{wrong:?}"));
}

/// How well two texts agree word by word, without order; a sign of Chinese and its like is a word.
#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn f1(wanted: &str, got: &str) -> f64 {
    let (wanted, got) = (words(wanted), words(got));
    let common: usize = wanted.iter().map(|(word, count)| (*count).min(got.get(word).copied().unwrap_or(0))).sum();
    let all = wanted.values().sum::<usize>() + got.values().sum::<usize>();
    if all == 0 { 1.0 } else { 2.0 * common as f64 / all as f64 }
}

fn words(text: &str) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    // Invisible hyphens and spaces end no word.
    let text = text.replace(['\u{AD}', '\u{200B}'], "");
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        let wide = |c: char| matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}');
        let mut narrow = String::new();
        for c in run.chars() {
            if wide(c) {
                *words.entry(c.to_string()).or_default() += 1;
            } else {
                narrow.extend(c.to_lowercase());
            }
        }
        if !narrow.is_empty() {
            *words.entry(narrow).or_default() += 1;
        }
    }
    words
}
