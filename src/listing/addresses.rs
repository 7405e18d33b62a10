//! The different addresses that a page leads to, each once.
//!
//! They stand one behind the other in one text, and are found again by what makes two addresses the same story. Only
//! those that are asked for become a [`Url`].

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};
use url::{Position, Url};

use super::address::without_slashes;
use crate::normalise::url::{cleaned, says_something};
use crate::page::join::{Base, Parts};
use crate::page::{Document, document};

/// So many addresses a listing usually has; there is room for more.
const USUAL: usize = 512;
/// The same in bytes of each.
const USUAL_LENGTH: usize = 48;

/// The addresses, in the order in which they were added; without fragment and tracking.
pub(super) struct Addresses<'a> {
    document: &'a Document,
    /// What plain references are joined to.
    base: Option<Base<'a>>,
    own: Key<'a>,
    text: String,
    spans: Vec<Span>,
    known: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

/// Where an address stands in the text.
#[derive(Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
    parts: Parts,
}

/// One address and where its parts are.
#[derive(Clone, Copy)]
pub(super) struct Address<'o> {
    /// All of it.
    pub(super) text: &'o str,
    parts: Parts,
}

impl<'o> Address<'o> {
    pub(super) fn of(url: &'o Url) -> Self {
        Self { text: url.as_str(), parts: Parts::of(url) }
    }

    fn part(&self, from: usize, to: usize) -> &'o str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// With brackets, where it is a number of version 6.
    pub(super) fn host(&self) -> &'o str {
        self.part(self.parts.host, self.parts.host_end)
    }

    /// With its first slash.
    pub(super) fn path(&self) -> &'o str {
        self.part(self.parts.path, self.parts.query)
    }

    /// The query with its sign; empty where there is none.
    fn asked(&self) -> &'o str {
        self.part(self.parts.query, self.parts.fragment)
    }

    /// The query without its sign; empty where there is none.
    pub(super) fn query(&self) -> &'o str {
        self.asked().get(1..).unwrap_or_default()
    }

    /// The fragment with its sign, where it is the path of a page that scripts write.
    fn page(&self) -> &'o str {
        match self.text.as_bytes().get(self.parts.fragment..) {
            Some([b'#', b'/' | b'!', ..]) => self.part(self.parts.fragment, self.text.len()),
            _ => "",
        }
    }

    /// For whoever keeps it; `page` is where it was found.
    pub(super) fn url(&self, page: &Url) -> Option<Url> {
        // What stands on the same host need not be taken apart to its beginning.
        let rest = self.text.strip_prefix(&page[..Position::BeforePath]).filter(|rest| is_path(rest));
        page.join(rest.unwrap_or(self.text)).ok()
    }

    pub(super) fn key(&self) -> Key<'o> {
        let mut host = self.host();
        while let Some(shorter) = host.strip_prefix("www.") {
            host = shorter;
        }
        Key { host, path: without_slashes(self.path()), asked: self.asked(), page: self.page() }
    }
}

/// What makes two addresses the same story.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key<'o> {
    host: &'o str,
    path: &'o str,
    asked: &'o str,
    page: &'o str,
}

impl<'o> Key<'o> {
    pub(super) fn of(url: &'o Url) -> Self {
        Address::of(url).key()
    }

    /// For whoever keeps it.
    pub(super) fn written(&self) -> String {
        [self.host, self.path, self.asked, self.page].concat()
    }

    fn hash(&self, hasher: &DefaultHashBuilder) -> u64 {
        let mut hasher = hasher.build_hasher();
        for part in [self.host, self.path, self.asked, self.page] {
            hasher.write(part.as_bytes());
        }
        hasher.finish()
    }
}

impl<'a> Addresses<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        Self {
            document,
            base: Base::of(document.base()),
            own: Key::of(document.url()),
            text: String::with_capacity(USUAL * USUAL_LENGTH),
            spans: Vec::with_capacity(USUAL),
            known: HashTable::with_capacity(USUAL),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The number of the address that `reference` leads to; `None` if that is the page itself or none of the web.
    pub(super) fn number(&mut self, reference: &str) -> Option<usize> {
        let from = self.text.len();
        let parts = self.append(reference)?;
        let key = Address { text: self.text.get(from..)?, parts }.key();
        if key == self.own {
            self.text.truncate(from);
            return None;
        }
        let hash = key.hash(&self.hasher);
        let is_same = |known: &usize| self.get(*known).is_some_and(|known| known.key() == key);
        if let Some(known) = self.known.find(hash, is_same).copied() {
            self.text.truncate(from);
            return Some(known);
        }
        let number = self.spans.len();
        self.spans.push(Span { from, to: self.text.len(), parts });
        let (text, spans, hasher) = (&self.text, &self.spans, &self.hasher);
        let hash_of = |known: &usize| get(text, spans, *known).map_or(0, |known| known.key().hash(hasher));
        self.known.insert_unique(hash, number, hash_of);
        Some(number)
    }

    /// Writes the address that `reference` leads to behind the others.
    fn append(&mut self, reference: &str) -> Option<Parts> {
        let from = self.text.len();
        if let Some(parts) = self.base.and_then(|base| base.join(document::trim(reference), &mut self.text)) {
            let address = Address { text: self.text.get(from..)?, parts };
            let is_clean = address.asked().is_empty() || address.query().split('&').all(says_something);
            let kept = from + parts.fragment + address.page().len();
            if is_clean {
                self.text.truncate(kept);
                return Some(parts);
            }
            self.text.truncate(from);
        }
        let mut url = cleaned(self.document.resolve(reference)?);
        if Address::of(&url).page().is_empty() {
            url.set_fragment(None);
        }
        self.text.push_str(url.as_str());
        Some(Parts::of(&url))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn get(&self, number: usize) -> Option<Address<'_>> {
        get(&self.text, &self.spans, number)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Address<'_>> {
        (0..self.len()).filter_map(|number| self.get(number))
    }
}

fn get<'o>(text: &'o str, spans: &[Span], number: usize) -> Option<Address<'o>> {
    let Span { from, to, parts } = spans.get(number)?;
    Some(Address { text: text.get(*from..*to)?, parts: *parts })
}

/// Whether a reference begins with a folder or file and not with a host.
fn is_path(reference: &str) -> bool {
    reference.starts_with('/') && !reference.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_what_makes_it_the_same_story() {
        let page = Url::parse("https://www.post.example/news/").unwrap();
        let document = Document::parse("<p>", &page);
        let mut addresses = Addresses::of(&document);
        let story = addresses.number("a/1.html");
        assert_eq!(story, Some(0));
        for same in [
            "/news/a/1.html#top",
            "https://post.example/news/a/1.html",
            "/news/./a/1.html/",
            " a/1.html?fbclid=1&utm_medium=y#",
            "http://www.post.example:8080/news/a/1.html",
        ] {
            assert_eq!(addresses.number(same), story, "{same}");
        }
        for other in ["a/1.html?x=1", "a/1.html#!/x", "/a/1.html", "https://other.example/news/a/1.html", "a/é.html"] {
            let number = addresses.len();
            assert_eq!(addresses.number(other), Some(number), "{other}");
            assert_eq!(addresses.number(other), Some(number), "{other}");
        }
        for none in ["mailto:a@b.example", "", "/news", "?fbclid=3", "https://post.example/news/#x"] {
            assert_eq!(addresses.number(none), None, "{none}");
        }
        assert_eq!(addresses.iter().count(), 6);
    }

    #[test]
    fn addresses_are_those_of_the_parser() {
        for page in ["https://post.example/news/", "http://127.0.0.1:8080/a/b?c", "http://[::1]/"] {
            let page = Url::parse(page).unwrap();
            let document = Document::parse("<p>", &page);
            let mut addresses = Addresses::of(&document);
            for reference in ["x", "/y?z=1", "//other.example", "../é?ö#!ü", "?a=b&utm_source=c&&d", "/%2e/q#/r", "x#y"]
            {
                let number = addresses.number(reference).unwrap();
                let mut wanted = cleaned(page.join(reference).unwrap());
                if !wanted.fragment().is_some_and(|fragment| fragment.starts_with(['/', '!'])) {
                    wanted.set_fragment(None);
                }
                let address = addresses.get(number).unwrap();
                assert_eq!(address.url(&page), Some(wanted.clone()), "{page} and {reference}");
                assert_eq!(address.host(), wanted.host_str().unwrap());
                assert_eq!(address.path(), wanted.path());
                assert_eq!(address.query(), wanted.query().unwrap_or_default());
            }
        }
    }
}
