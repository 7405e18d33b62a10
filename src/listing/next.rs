//! The link to the page with older stories.
//!
//! In this order: `rel=next`, links whose words or classes mean "next", numbered pages (the one after the current).
//! Never leaves the site.

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;
use url::Url;

use crate::normalise::url::same_site;
use crate::page::{Document, document};

/// The most links that are looked at.
const MAX_LINKS: usize = 8_000;

static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\s«»‹›<>→⟩▶►·.:|\[\]()]*(
        next(\ (page|posts?|entries|articles|stories|results?|\d+))?(\ »|\ ›|\ >)? | (go\ to\ )?next\ page | older(\ (posts?|entries|articles|stories|news|items))? | (more|load\ more)\ (posts|stories|articles|news|results)
        | previous\ (posts|entries|articles|stories) | load\ more | show\ more | more
        | weiter | nächste(\ seite|s)? | ältere(\ (beiträge|artikel|einträge|meldungen))? | vorwärts
        | suivante?s?(\ page)? | page\ suivante | articles?\ (plus\ anciens|précédents) | siguientes?(\ página)? | página\ siguiente | entradas\ (antiguas|anteriores) | anteriores
        | próxim[ao]s?(\ página)? | seguinte | posts\ (mais\ )?antigos | mais\ antigos | successiv[ao] | pagina\ successiva | avanti | articoli\ (meno\ recenti|precedenti)
        | volgende(\ pagina)? | nästa(\ sida)? | neste(\ side)? | næste(\ side)? | seuraava | następn[aey](\ strona)? | dalej | další | következő | sonraki | старые | далее | вперед | вперёд | следующая(\ страница)? | следующие | ранее | след\.?
        | 下一?[页頁] | 下一[页頁] | 后一页 | 次へ | 次の?(ページ|\d+件)(へ)? | 次 | 前の記事 | 다음(\ 페이지)? | 이전\ 글 | अगला | पुराने\ पोस्ट | পরবর্তী | التالي | הבא
        )?[\s«»‹›<>→⟩▶►·.:|\[\]()&;]*$",
    )
    .expect("a pattern of our own")
});

/// The next page of the listing.
pub(super) fn next_page(document: &Document) -> Option<Url> {
    let usable = |href: &str| {
        let url = document.resolve(href)?;
        let mut plain = url.clone();
        plain.set_fragment(None);
        let mut own = document.url().clone();
        own.set_fragment(None);
        (same_site(&url, document.url()) && plain != own).then_some(url)
    };
    let mut relation = document.select(crate::selector!("link[rel~=next i][href], a[rel~=next i][href]"));
    if let Some(url) = relation.find_map(|element| usable(element.attr("href")?)) {
        return Some(url);
    }
    let mut best: Option<(u8, Url)> = None;
    for link in document.select(crate::selector!("a[href]")).take(MAX_LINKS) {
        let rank = rank(link);
        if rank == 0 || best.as_ref().is_some_and(|(known, _)| *known >= rank) {
            continue;
        }
        if let Some(url) = link.attr("href").and_then(usable) {
            best = Some((rank, url));
        }
    }
    best.map(|(_, url)| url).or_else(|| numbered(document).and_then(usable))
}

/// How surely a link means "next"; 0 is not at all.
fn rank(link: ElementRef<'_>) -> u8 {
    let mut text = document::text(link);
    let mut in_pager = None;
    let mut pager = || *in_pager.get_or_insert_with(|| is_in_pager(link));
    if text.is_empty() {
        let image = link.select(crate::selector!("img[alt]")).next().and_then(|image| image.attr("alt"));
        let label = link.attr("aria-label").or_else(|| link.attr("title")).or(image);
        label.unwrap_or_default().trim().clone_into(&mut text);
    }
    if text.len() <= 60 && WORDS.is_match(&text) {
        let letters = text.chars().any(char::is_alphabetic);
        if letters {
            let vague = matches!(text.to_lowercase().trim(), "more" | "dalej" | "weiter" | "anteriores");
            return if pager() {
                6
            } else if vague {
                0
            } else {
                4
            };
        }
        let arrow = text.trim();
        if matches!(arrow, "›" | ">" | "→" | "»" | ">>" | "▶" | "►" | "⟩") && pager() {
            return if matches!(arrow, "»" | ">>") { 2 } else { 3 };
        }
    }
    let labels = [link.attr("aria-label"), link.attr("title")];
    if labels
        .into_iter()
        .flatten()
        .any(|label| label.len() < 60 && label.chars().any(char::is_alphabetic) && WORDS.is_match(label))
    {
        return if pager() { 5 } else { 2 };
    }
    let around = link.parent().and_then(ElementRef::wrap);
    let classes = link.value().classes().chain(around.into_iter().flat_map(|around| around.value().classes().take(8)));
    for class in classes {
        let class = class.to_ascii_lowercase();
        if class.split(['-', '_']).any(|part| matches!(part, "next" | "older")) && !class.contains("prev") && pager() {
            return 3;
        }
    }
    0
}

/// Whether a link stands among the numbers of pages.
fn is_in_pager(link: ElementRef<'_>) -> bool {
    let above = link.ancestors().take(5).filter_map(ElementRef::wrap);
    above.chain([link]).any(|element| {
        let words = element.value().classes().chain(element.value().id());
        words.flat_map(|word| word.split(['-', '_'])).any(|part| {
            let part = part.to_ascii_lowercase();
            ["pag", "wp-pagenavi", "navigation", "nav", "seite", "older", "next"]
                .iter()
                .any(|start| part.starts_with(start))
        })
    }) || link.parent().and_then(ElementRef::wrap).is_some_and(has_numbers)
        || link.parent().and_then(|parent| parent.parent()).and_then(ElementRef::wrap).is_some_and(has_numbers)
}

fn has_numbers(element: ElementRef<'_>) -> bool {
    let numbers = element.descendent_elements().take(60).filter(|inner| inner.value().name() == "a");
    numbers.filter(|link| page_number(*link).is_some()).count() >= 2
}

fn page_number(element: ElementRef<'_>) -> Option<u32> {
    let mut pieces = element.text().map(str::trim).filter(|piece| !piece.is_empty());
    let text = pieces.next()?;
    if pieces.next().is_some() || text.len() > 6 {
        return None;
    }
    text.trim_matches(['[', ']', '(', ')']).parse().ok()
}

/// The address of the page after the current one in a row of numbers.
///
/// The current page is the number in the row that is no link; without one, it is page 1 if the row starts at 2.
fn numbered(document: &Document) -> Option<&str> {
    for link in document.select(crate::selector!("a[href]")).take(MAX_LINKS) {
        let Some(number) = page_number(link).filter(|number| (2..10_000).contains(number)) else { continue };
        if !is_in_pager(link) {
            continue;
        }
        let mut row = link.parent().and_then(ElementRef::wrap);
        for _ in 0..2 {
            let Some(inside) = row else { break };
            let before = inside.descendent_elements().take_while(|inner| inner.id() != link.id());
            let mut current = false;
            let mut links = 0_usize;
            for inner in before.filter(|inner| page_number(*inner) == Some(number - 1)) {
                let linked = inner.value().name() == "a"
                    && inner
                        .attr("href")
                        .is_some_and(|href| document.resolve(href).is_some_and(|url| url != *document.url()));
                let holds = inner
                    .descendent_elements()
                    .skip(1)
                    .any(|inner| inner.value().name() == "a" && inner.attr("href").is_some());
                let marked = inner.value().classes().any(|class| matches!(class, "active" | "current" | "selected"))
                    || inner.attr("aria-current").is_some();
                current |= marked || !linked && !holds;
                links += usize::from(linked);
            }
            let bare = links == 0
                && inside.text().any(|text| {
                    text.split_whitespace().any(|word| word.trim_matches(['[', ']']).parse() == Ok(number - 1))
                });
            if current || bare {
                return link.attr("href");
            }
            row = inside.parent().and_then(ElementRef::wrap);
        }
    }
    None
}
