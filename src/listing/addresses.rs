//! The different addresses that a page leads to, each once.
//!
//! They stand one behind the other in one text, and are found again by what makes two addresses the same story. Only
//! those that are asked for become a [`Url`].

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};
use url::Url;

use super::address::without_slashes;
use crate::normalise::url::{cleaned, says_something};
use crate::page::Document;
use crate::page::join::{Base, Parts};

/// So many addresses a listing usually has; there is room for more.
const USUAL: usize = 256;
/// The same in bytes of each.
const USUAL_LENGTH: usize = 64;

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

/// One address and its parts.
#[derive(Clone, Copy)]
pub(super) struct Address<'o> {
    /// All of it.
    pub(super) text: &'o str,
    /// With brackets, where it is a number of version 6.
    pub(super) host: &'o str,
    /// With its first slash.
    pub(super) path: &'o str,
    /// With its sign; empty where there is none.
    asked: &'o str,
    /// With its sign; empty where there is none.
    fragment: &'o str,
}

impl<'o> Address<'o> {
    pub(super) fn of(text: &'o str, parts: &Parts) -> Self {
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        Self {
            text,
            host: part(parts.host, parts.host_end),
            path: part(parts.path, parts.query),
            asked: part(parts.query, parts.fragment),
            fragment: part(parts.fragment, text.len()),
        }
    }

    /// Without its sign; empty where there is none.
    pub(super) fn query(&self) -> &'o str {
        self.asked.get(1..).unwrap_or_default()
    }

    /// For whoever keeps it.
    pub(super) fn url(&self) -> Option<Url> {
        Url::parse(self.text).ok()
    }

    pub(super) fn key(&self) -> Key<'o> {
        let mut host = self.host;
        while let Some(shorter) = host.strip_prefix("www.") {
            host = shorter;
        }
        let fragment = if names_page(self.fragment) { self.fragment } else { "" };
        Key { host, path: without_slashes(self.path), asked: self.asked, fragment }
    }
}

/// What makes two addresses the same story.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key<'o> {
    host: &'o str,
    path: &'o str,
    asked: &'o str,
    fragment: &'o str,
}

impl<'o> Key<'o> {
    pub(super) fn of(url: &'o Url) -> Self {
        Address::of(url.as_str(), &Parts::of(url)).key()
    }

    /// For whoever keeps it.
    pub(super) fn written(&self) -> String {
        [self.host, self.path, self.asked, self.fragment].concat()
    }

    fn hash(&self, hasher: &DefaultHashBuilder) -> u64 {
        let mut hasher = hasher.build_hasher();
        for part in [self.host, self.path, self.asked, self.fragment] {
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
        let address = Address::of(self.text.get(from..)?, &parts);
        let key = address.key();
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
        if let Some(parts) = self.base.and_then(|base| base.join(reference.trim(), &mut self.text)) {
            let address = Address::of(self.text.get(from..)?, &parts);
            let is_clean = address.asked.is_empty() || address.query().split('&').all(says_something);
            let kept = if names_page(address.fragment) { self.text.len() } else { from + parts.fragment };
            if is_clean {
                self.text.truncate(kept);
                return Some(parts);
            }
            self.text.truncate(from);
        }
        let mut url = cleaned(self.document.resolve(reference)?);
        if url.fragment().is_some_and(|fragment| !fragment.starts_with(['/', '!'])) {
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
    Some(Address::of(text.get(*from..*to)?, parts))
}

/// Whether a fragment with its sign is the path of a page that scripts write.
fn names_page(fragment: &str) -> bool {
    matches!(fragment.as_bytes(), [b'#', b'/' | b'!', ..])
}
