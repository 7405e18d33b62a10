//! Weighs what the witnesses call the headline.

use super::survey::Survey;
use super::testimony::Testimony;
use super::{Claim, Origin};
use crate::model::one_line;
use crate::normalise::text::{letters, without_site_name};
use crate::page::document::text;

/// The headline: what JSON-LD or OpenGraph say, in the words of an `<h1>` that they merely extend.
pub(super) fn choose(
    survey: &Survey<'_>,
    json_ld: &Testimony,
    open_graph: &Testimony,
    microdata: &Testimony,
    other: &Testimony,
    site: Option<&str>,
) -> Option<Claim<String>> {
    let site = site.unwrap_or_default();
    let clean = |title: &str| {
        let title = one_line(title, 1000);
        one_line(without_page_number(without_site_name(&title, site)), 1000)
    };
    let headings: Vec<String> = survey
        .headings
        .iter()
        .take(6)
        .map(|heading| text(*heading))
        .map(|heading| without_page_number(&heading).to_owned())
        .filter(|heading| !heading.is_empty() && heading.chars().count() < 400)
        .collect();
    let page = survey.title.map(|title| title.text().collect::<String>());
    let said = [
        (Origin::JsonLd, json_ld.title.as_deref()),
        (Origin::OpenGraph, open_graph.title.as_deref()),
        (Origin::Microdata, microdata.title.as_deref()),
        (Origin::Meta, other.title.as_deref()),
        (Origin::Meta, page.as_deref()),
    ];
    let said: Vec<(Origin, String)> = said
        .into_iter()
        .filter_map(|(origin, title)| Some((origin, clean(title?))))
        .filter(|(_, title)| letters(title).chars().count() > 1 && !title.eq_ignore_ascii_case(site))
        .collect();
    // The words that several witnesses share with a heading are the headline.
    let shapes: Vec<String> = headings.iter().map(|heading| letters(heading)).collect();
    for (_, title) in &said {
        let title = letters(title);
        let same = shapes.iter().position(|heading| extends(&title, heading));
        if let Some(heading) = same.and_then(|at| headings.get(at)) {
            return Some(Claim { value: clean(heading), origin: Origin::Visible });
        }
    }
    match said.into_iter().next() {
        Some((Origin::Meta, title)) => {
            let single =
                headings.first().filter(|heading| headings.len() == 1 && letters(heading).chars().count() >= 8);
            match single {
                Some(heading) => Some(Claim { value: heading.clone(), origin: Origin::Visible }),
                None => Some(match shown(&title, survey) {
                    Some(line) => Claim { value: line.to_owned(), origin: Origin::Visible },
                    None => Claim { value: without_tail(&title).to_owned(), origin: Origin::Meta },
                }),
            }
        }
        Some((origin, value)) => Some(Claim { value, origin }),
        None => headings.into_iter().next().map(|value| Claim { value, origin: Origin::Visible }),
    }
}

/// The line of the page that is the larger first part of `title`: where nothing is a heading, it is the headline.
fn shown<'l>(title: &str, survey: &'l Survey<'_>) -> Option<&'l str> {
    let begins = |line: &&str| title.starts_with(line) && line.len() * 2 >= title.len() && line.len() >= 18;
    survey.lines.iter().map(|line| line.text.as_str()).filter(begins).max_by_key(|line| line.len())
}

/// `title` without the number of the page, as in `(1/2)` or `（1/2 ページ）`.
fn without_page_number(title: &str) -> &str {
    let title = title.trim();
    let Some(inner) = title.strip_suffix([')', '）']) else { return title };
    let Some((head, number)) = inner.rsplit_once(['(', '（']) else { return title };
    let digits = number.trim().trim_end_matches(|c: char| c.is_alphabetic() || c == 'ー').trim();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match digits.split_once('/') {
        Some((page, pages)) if is_number(page) && is_number(pages) && !head.trim().is_empty() => head.trim_end(),
        _ => title,
    }
}

/// Whether `title` is `heading`, with something before or behind it at most; both are letters.
fn extends(title: &str, heading: &str) -> bool {
    let length = heading.chars().count();
    let wide = heading.chars().any(|c| c as u32 > 0x2E80);
    let enough = if wide { 5 } else { 12 };
    title == heading
        || length >= enough && (title.starts_with(heading) || title.ends_with(heading))
        || length >= enough && heading.starts_with(title) && title.chars().count() * 10 >= length * 7
}

/// The title of a page without a short last part, which on most pages is the name of the site.
fn without_tail(title: &str) -> &str {
    let mut title = title;
    for _ in 0..3 {
        let cut = [" | ", " - ", " – ", " — ", "_", "|", "--", " :: ", "－", "-"].into_iter().find_map(|separator| {
            let (head, tail) = title.rsplit_once(separator)?;
            let (head, tail) = (head.trim(), tail.trim());
            let short = tail.chars().count() <= 16 && head.chars().count() >= tail.chars().count().max(6);
            let wide = separator.trim() != "-" || separator.len() > 1 || tail.chars().all(|c| c as u32 > 0x2E80);
            (short && wide).then_some(head)
        });
        match cut {
            Some(head) => title = head.trim_end_matches(['-', '_', '|', ' ']),
            None => break,
        }
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_found_inside_a_title() {
        let extends = |title: &str, heading: &str| extends(&letters(title), &letters(heading));
        assert!(extends("A long headline of a story - Somewhere", "A long headline of a story"));
        assert!(!extends("A long headline of a story", "News"));
        assert_eq!(without_tail("某地下雪了，交通受阻_某某新闻_某网"), "某地下雪了，交通受阻");
        assert_eq!(without_page_number("長い見出し（1/2 ページ）"), "長い見出し");
        assert_eq!(without_page_number("The 1/2 rule (again)"), "The 1/2 rule (again)");
        assert_eq!(without_tail("Covid-19 in numbers"), "Covid-19 in numbers");
    }
}
