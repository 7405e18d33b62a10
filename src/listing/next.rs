//! The link to the page with older stories.
//!
//! In this order: `rel=next`, links whose words or classes mean "next", numbered pages (the one after the current).
//! Never leaves the site.

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;
use url::Url;

use super::beginnings::Beginnings;
use super::class::Marks;
use super::outline::{Link, Outline};
use crate::normalise::url::same_site;
use crate::page::document::attribute;
use crate::page::{Document, document};

/// The most numbers of pages that are looked at; a longer row is no pager.
const MAX_NUMBERS: usize = 100;
/// The most elements of a row of numbers.
const MAX_ROW: usize = 500;

/// More words than any way to say "next" has: `go to next page` has four.
const MOST_WORDS: f32 = 4.6;

static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\s«»‹›<>→⟩▶►·.:|\[\]()]*(
        next(\ (page|posts?|entries|articles|stories|results?|\d+))?(\ »|\ ›|\ >)? | (go\ to\ )?next\ page | older(\ (posts?|entries|articles|stories|news|items))? | (more|load\ more)\ (posts|stories|articles|news|results)
        | previous\ (posts|entries|articles|stories) | load\ more | show\ more | more
        | weiter | nächste(\ seite|s)? | ältere(\ (beiträge|artikel|einträge|meldungen))? | vorwärts
        | suivante?s?(\ page)? | page\ suivante | articles?\ (plus\ anciens|précédents) | siguientes?(\ página)? | página\ siguiente | entradas\ (antiguas|anteriores) | anteriores
        | próxim[ao]s?(\ página)? | seguinte | posts\ (mais\ )?antigos | mais\ antigos | successiv[ao] | pagina\ successiva | avanti | articoli\ (meno\ recenti|precedenti)
        | volgende(\ pagina)? | oudere(\ (berichten|artikelen|nieuws))? | äldre(\ (inlägg|nyheter))? | eldre(\ (innlegg|saker))? | ældre(\ (indlæg|nyheder))? | vanhemmat(\ (artikkelit|uutiset))?
        | starsze(\ (wpisy|posty))? | starší(\ (příspěvky|články))? | régebbi(\ bejegyzések)? | (daha\ )?eski(\ (yazılar|gönderiler))? | següents? | următoarea | articole\ mai\ vechi
        | επόμεν[ηο](\ σελίδα)? | παλαιότερα | наступна(\ сторінка)? | старіші(\ записи)? | הבא | לעמוד\ הבא | رسالات\ أقدم | الصفحة\ التالية | (صفحه\ )?بعدی | หน้าถัดไป | ถัดไป | trang\ sau | tiếp(\ theo)? | cũ\ hơn | (halaman\ )?berikutnya | selanjutnya | nästa(\ sida)? | neste(\ side)? | næste(\ side)? | seuraava | następn[aey](\ strona)? | dalej | další | következő | sonraki | старые | далее | вперед | вперёд | следующая(\ страница)? | следующие | ранее | след\.?
        | 下一?[页頁] | 下一[页頁] | 后一页 | 次へ | 次の?(ページ|\d+件)(へ)? | 次 | 前の記事 | 다음(\ 페이지)? | 이전\ 글 | अगला | पुराने\ पोस्ट | পরবর্তী | التالي
        )?[\s«»‹›<>→⟩▶►·.:|\[\]()&;]*$",
    )
    .expect("a pattern of our own")
});

/// How these begin.
const BEGINNINGS: Beginnings =
    Beginnings::of("an ar av be da el en es go ha lo ma mo na ne ol ou pa po pr se sh si so st su ti tr ur va vo we");

fn says_next(text: &str) -> bool {
    BEGINNINGS.may_begin(text) && WORDS.is_match(text)
}

/// Whether the `rel` of a link says that it leads to the next page.
pub(super) fn is_next(rel: &str) -> bool {
    rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next"))
}

/// The next page of the listing.
pub(super) fn next_page(document: &Document, outline: &Outline<'_>) -> Option<Url> {
    let usable = |href: &str| {
        let url = document.resolve(href)?;
        let mut plain = url.clone();
        plain.set_fragment(None);
        let mut own = document.url().clone();
        own.set_fragment(None);
        (same_site(&url, document.url()) && plain != own).then_some(url)
    };
    let stated = document.link_elements().filter(|link| attribute(*link, "rel").is_some_and(is_next));
    let in_text = links(outline).filter(|(_, link)| link.next).map(|(element, _)| element);
    if let Some(url) = stated.chain(in_text).find_map(|element| usable(attribute(element, "href")?)) {
        return Some(url);
    }
    let mut best: Option<(u8, Url)> = None;
    for (element, link) in links(outline) {
        let rank = rank(element, link);
        if rank == 0 || best.as_ref().is_some_and(|(known, _)| *known >= rank) {
            continue;
        }
        if let Some(url) = attribute(element, "href").and_then(usable) {
            best = Some((rank, url));
        }
    }
    best.map(|(_, url)| url).or_else(|| numbered(document, outline).and_then(usable))
}

fn links<'a, 'o>(outline: &'o Outline<'a>) -> impl Iterator<Item = (ElementRef<'a>, &'o Link<'a>)> {
    outline.links.iter().filter_map(|link| Some((outline.elements.get(link.at)?.element, link)))
}

/// How surely a link means "next"; 0 is not at all.
fn rank(link: ElementRef<'_>, known: &Link<'_>) -> u8 {
    let mut in_pager = None;
    let mut pager = || *in_pager.get_or_insert_with(|| is_in_pager(link));
    let (label, title) = (known.label, known.title);
    let written = known.unlabelled.as_deref().unwrap_or(&known.text);
    let text = if written.is_empty() { label.unwrap_or(&known.text).trim() } else { written };
    // Where the text is the one that detection took, its words are counted already.
    let long = known.unlabelled.is_none() && !written.is_empty() && known.words > MOST_WORDS;
    if !long && text.len() <= 60 && says_next(text) {
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
    if [label, title]
        .into_iter()
        .flatten()
        .any(|label| label.len() < 60 && label.chars().any(char::is_alphabetic) && says_next(label))
    {
        return if pager() { 5 } else { 2 };
    }
    if known.points && pager() { 3 } else { 0 }
}

/// Whether a link stands among the numbers of pages.
fn is_in_pager(link: ElementRef<'_>) -> bool {
    let above = link.ancestors().take(5).filter_map(ElementRef::wrap);
    above.chain([link]).any(|element| {
        let marks = Marks::of(element);
        let words = marks.class().split_ascii_whitespace().chain([marks.id()]);
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
    let texts = document::nodes(*element).filter_map(|node| node.value().as_text());
    let mut pieces = texts.map(|text| document::trim(text)).filter(|piece| !piece.is_empty());
    let text = pieces.next()?;
    if pieces.next().is_some() || text.len() > 6 {
        return None;
    }
    text.trim_matches(['[', ']', '(', ')']).parse().ok()
}

/// The address of the page after the current one in a row of numbers.
///
/// The current page is the number in the row that is no link; without one, it is page 1 if the row starts at 2.
fn numbered<'a>(document: &Document, outline: &Outline<'a>) -> Option<&'a str> {
    let may_be_number = |link: &Link<'_>| {
        let text = link.unlabelled.as_ref().unwrap_or(&link.text);
        text.len() <= 6 && (text.is_empty() || text.bytes().any(|byte| byte.is_ascii_digit()))
    };
    let numbers = links(outline).filter(|(element, link)| may_be_number(link) && page_number(*element).is_some());
    for (link, _) in numbers.take(MAX_NUMBERS) {
        let Some(number) = page_number(link).filter(|number| (2..10_000).contains(number)) else { continue };
        if !is_in_pager(link) {
            continue;
        }
        let mut row = link.parent().and_then(ElementRef::wrap);
        for _ in 0..2 {
            let Some(inside) = row else { break };
            let before = inside.descendent_elements().take(MAX_ROW).take_while(|inner| inner.id() != link.id());
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
                && inside.text().take(MAX_ROW).any(|text| {
                    text.split_whitespace().any(|word| word.trim_matches(['[', ']']).parse() == Ok(number - 1))
                });
            if current || bare {
                return attribute(link, "href");
            }
            row = inside.parent().and_then(ElementRef::wrap);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_for_the_next_page_begins_in_another_way() {
        BEGINNINGS.prove(&WORDS);
    }
}
