//! A listing that was detected → the selectors that a person would write for it.
//!
//! `feedmill inspect listing` shows them, ready to be pasted into feeds.toml. Steps: find each story's link and the boxes
//! around it that hold no other story; name these boxes in every short way ([`names`]); judge a name by what the reader of
//! configured selectors makes of it; join names where a page has several lists; then find, inside the items, the short
//! names of the elements that hold the title, the link, the date, the summary and the picture ([`fields`]).
//!
//! It refuses what does not reproduce the stories: no selectors are better than wrong ones. It never counts positions
//! (`:nth-child`) and names no class that a program made up or that says how a thing looks.

mod fields;
mod names;

use std::collections::{BTreeMap, HashMap, HashSet};

use ego_tree::NodeId;
use scraper::{ElementRef, Selector};
use url::Url;

use super::addresses::Key;
use super::outline::Outline;
use super::{Listing, MAX_ITEMS, Rules, Teaser, css, words};
use crate::page::Document;
use crate::page::field::{Alternative, Field, Look};

pub(super) use self::names::{Name, place};

/// The least share of the stories that selectors must read as detection did.
const ENOUGH: f32 = 0.9;
/// A name must fit at least one in so many of the stories to be looked at.
const LEAST_SHARE: usize = 8;
/// The most names that are tried on the whole page.
const MAX_NAMES: usize = 120;
/// The most names whose items are read.
const MAX_READ: usize = 14;
/// The most names that are joined.
const MAX_JOINED: usize = 4;
/// The most boxes around one link that are named.
const MAX_LEVELS: usize = 12;
/// What a short name is worth beside one that reads a little more.
const COST_WEIGHT: f32 = 0.015;

/// The `listing` table of feeds.toml, as a person would write it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selectors {
    /// The elements that are one story each.
    pub items: String,
    /// For every field that has a selector of its own, in the order of the table: its alternatives in the order in which
    /// they are tried.
    pub fields: Vec<(&'static str, Vec<String>)>,
    /// How many stories are read with these selectors as they are without them: the same address and title.
    pub same: usize,
    /// How many stories were found without them.
    pub found: usize,
    /// How many stories these selectors find.
    pub read: usize,
}

impl Selectors {
    /// The line for feeds.toml.
    pub fn line(&self) -> String {
        let quoted = |text: &String| toml::Value::String(text.clone()).to_string();
        let mut parts = vec![format!("items = {}", quoted(&self.items))];
        for (name, written) in &self.fields {
            let values: Vec<String> = written.iter().map(quoted).collect();
            parts.push(match &values[..] {
                [one] => format!("{name} = {one}"),
                several => format!("{name} = [{}]", several.join(", ")),
            });
        }
        format!("listing = {{ {} }}", parts.join(", "))
    }

    /// The same, compiled; `None` if a selector is none.
    pub fn rules(&self) -> Option<Rules> {
        let mut rules = rules_of(&self.items)?;
        for (name, written) in &self.fields {
            let field = Some(fields::compile(written)?);
            match *name {
                "title" => rules.title = field,
                "link" => rules.link = field,
                "date" => rules.date = field,
                "summary" => rules.summary = field,
                _ => rules.image = field,
            }
        }
        Some(rules)
    }
}

fn rules_of(items: &str) -> Option<Rules> {
    let selector = Selector::parse(items).ok()?;
    Some(Rules { items: Some(vec![selector]), items_written: items.to_owned(), ..Rules::default() })
}

/// The selectors for `listing`, which was detected on `document`; `None` if none reproduce it.
pub fn selectors(document: &Document, listing: &Listing) -> Option<Selectors> {
    if listing.teasers.len() < 2 || listing.strategy == "css" {
        return None;
    }
    let outline = Outline::of(document);
    let page = Stories::of(document, &outline, &listing.teasers);
    let candidates = page.candidates();
    let mut items = page.best(&candidates)?;
    page.join(&candidates, &mut items);
    let scopes = page.scopes(&items.name);
    let mut written = Selectors {
        items: items.name.clone(),
        fields: fields::fields(document, &scopes),
        found: listing.teasers.len(),
        ..Selectors::default()
    };
    let mut reading = page.read(&written.rules()?);
    // A field that reads worse than no selector for it is left out.
    for name in ["title", "link"] {
        if reading.same_share(written.found) >= items.reading.same_share(written.found) {
            break;
        }
        written.fields.retain(|(field, _)| *field != name);
        reading = page.read(&written.rules()?);
    }
    (written.same, written.read) = (reading.same, reading.read);
    (reading.same_share(written.found) >= ENOUGH).then_some(written)
}

/// The stories of a page and where they stand.
struct Stories<'d, 'o> {
    document: &'d Document,
    outline: &'o Outline<'d>,
    teasers: &'o [Teaser],
    /// Stories by the key of their address.
    by_key: HashMap<String, usize>,
    /// For each link of the outline, how many stories' own links come before it.
    before: Vec<usize>,
    /// The link of each story.
    links: Vec<Option<usize>>,
    by_node: HashMap<NodeId, usize>,
}

/// A name for items and what it was seen to do.
#[derive(Clone, Debug)]
struct Candidate {
    name: String,
    cost: f32,
    /// The stories that stand alone in an element with this name.
    stories: HashSet<usize>,
    /// How many elements with this name hold something else.
    wrong: usize,
}

/// A name whose items were read.
#[derive(Clone, Debug)]
struct Best {
    name: String,
    score: f32,
    reading: Reading,
}

/// What the reader of configured selectors made of a page.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    /// Items with the address and the title of a story.
    same: usize,
    /// Items with the address of a story.
    known: usize,
    /// All items.
    read: usize,
    /// Dates, pictures and summaries as they were.
    details: usize,
}

impl Reading {
    /// The harmonic mean of how much of the `wanted` stories is read and how much of what is read is wanted.
    #[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
    fn same_share(&self, wanted: usize) -> f32 {
        if self.read + wanted == 0 { 0.0 } else { 2.0 * self.same as f32 / (self.read + wanted) as f32 }
    }
}

impl<'d, 'o> Stories<'d, 'o> {
    fn of(document: &'d Document, outline: &'o Outline<'d>, teasers: &'o [Teaser]) -> Self {
        let mut by_key = HashMap::new();
        for (number, teaser) in teasers.iter().enumerate() {
            if let Some(url) = &teaser.url {
                by_key.entry(story_key(url)).or_insert(number);
            }
        }
        let owners: Vec<Option<usize>> =
            outline.addresses.iter().map(|address| by_key.get(&address.key().written()).copied()).collect();
        let mut links: Vec<Option<(u32, usize)>> = vec![None; teasers.len()];
        for (number, link) in outline.links.iter().enumerate() {
            let Some(story) = owners.get(link.address).copied().flatten() else { continue };
            let same = teasers.get(story).and_then(|teaser| teaser.title.as_deref()) == Some(&*link.text);
            let main = link.zone > 0.5;
            let worth =
                u32::from(same) * 4 + u32::from(main) * 3 + u32::from(link.heading) * 2 + u32::from(!link.nameless);
            if let Some(slot) = links.get_mut(story)
                && slot.is_none_or(|(known, _)| worth > known)
            {
                *slot = Some((worth, number));
            }
        }
        let links: Vec<Option<usize>> = links.into_iter().map(|found| found.map(|(_, link)| link)).collect();
        let own: HashSet<usize> = links.iter().flatten().copied().collect();
        let mut before = Vec::with_capacity(outline.links.len() + 1);
        let mut count = 0;
        for number in 0..=outline.links.len() {
            before.push(count);
            count += usize::from(own.contains(&number));
        }
        let by_node = outline.elements.iter().enumerate().map(|(at, part)| (part.element.id(), at)).collect();
        Self { document, outline, teasers, by_key, before, links, by_node }
    }

    /// How many stories' own links stand inside the element at `at`.
    fn held(&self, at: usize) -> usize {
        let Some(part) = self.outline.elements.get(at) else { return 0 };
        let count = |link: usize| self.before.get(link).copied().unwrap_or(0);
        count(part.links_to).saturating_sub(count(part.links_from))
    }

    /// The story whose link stands inside the element at `at`, if it is the only one.
    fn story_in(&self, at: usize) -> Option<usize> {
        let part = self.outline.elements.get(at).filter(|_| self.held(at) == 1)?;
        self.links.iter().position(|link| link.is_some_and(|link| (part.links_from..part.links_to).contains(&link)))
    }

    /// Short names of the boxes around the stories' links, those that fit most first.
    fn candidates(&self) -> Vec<Candidate> {
        // In the order of their words, so that the same page always gives the same names.
        let mut known: BTreeMap<String, (f32, usize)> = BTreeMap::new();
        for link in self.links.iter().flatten() {
            let mut at = self.outline.links.get(*link).map(|link| link.at);
            for _ in 0..MAX_LEVELS {
                let Some(here) = at.filter(|here| self.held(*here) == 1) else { break };
                let Some(part) = self.outline.elements.get(here) else { break };
                if matches!(part.element.value().name(), "body" | "html" | "main" | "table" | "tbody") {
                    break;
                }
                for Name { written, cost } in names::items(part.element) {
                    known.entry(written).or_insert((cost, 0)).1 += 1;
                }
                at = part.parent;
            }
        }
        let least = (self.teasers.len() / LEAST_SHARE).max(1);
        let mut found: Vec<(String, f32, usize)> = known
            .into_iter()
            .filter(|(_, (_, count))| *count >= least)
            .map(|(name, (cost, count))| (name, cost, count))
            .collect();
        found.sort_by(|a, b| b.2.cmp(&a.2).then(a.1.total_cmp(&b.1)).then_with(|| a.0.cmp(&b.0)));
        found.truncate(MAX_NAMES);
        found.into_iter().filter_map(|(name, cost, _)| self.candidate(name, cost)).collect()
    }

    fn candidate(&self, name: String, cost: f32) -> Option<Candidate> {
        let selector = Selector::parse(&name).ok()?;
        let (mut stories, mut wrong) = (HashSet::new(), 0);
        for element in self.document.select(&selector).take(MAX_ITEMS) {
            let Some(at) = self.by_node.get(&element.id()) else { continue };
            match self.held(*at) {
                1 => stories.extend(self.story_in(*at)),
                0 => wrong += usize::from(self.reads_as_story(*at)),
                _ => wrong += 2,
            }
        }
        (!stories.is_empty()).then_some(Candidate { name, cost, stories, wrong })
    }

    /// Whether an element without a story would be read as one.
    fn reads_as_story(&self, at: usize) -> bool {
        let links =
            self.outline.elements.get(at).and_then(|part| self.outline.links.get(part.links_from..part.links_to));
        links.is_some_and(|links| links.iter().any(|link| !words::is_generic(&link.text)))
    }

    /// The name that reads the most for the least.
    fn best(&self, candidates: &[Candidate]) -> Option<Best> {
        let mut likely: Vec<&Candidate> = candidates.iter().collect();
        likely.sort_by(|a, b| self.estimate(b).total_cmp(&self.estimate(a)).then_with(|| a.name.cmp(&b.name)));
        let read =
            likely.into_iter().take(MAX_READ).filter_map(|candidate| self.reading_of(&candidate.name, candidate.cost));
        read.reduce(|best, next| if next.score > best.score { next } else { best })
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
    fn estimate(&self, candidate: &Candidate) -> f32 {
        let right = candidate.stories.len() as f32;
        2.0 * right / (right + candidate.wrong as f32 + self.teasers.len() as f32) - candidate.cost * COST_WEIGHT
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
    fn reading_of(&self, name: &str, cost: f32) -> Option<Best> {
        let reading = self.read(&rules_of(name)?);
        let wanted = self.teasers.len();
        let known = 2.0 * reading.known as f32 / (reading.read + wanted).max(1) as f32;
        // The larger of two boxes with the same stories is the one that holds their dates and pictures.
        let details = reading.details as f32 / (3 * wanted) as f32;
        let score = known * 0.8 + reading.same_share(wanted) * 0.2 + details * 0.2 - cost * COST_WEIGHT;
        Some(Best { name: name.to_owned(), score, reading })
    }

    /// Adds names for the stories that the best one leaves out, as long as that reads more.
    fn join(&self, candidates: &[Candidate], best: &mut Best) {
        for _ in 1..MAX_JOINED {
            let have = self.stories_of(&best.name);
            let gain = |candidate: &Candidate| {
                let new = candidate.stories.iter().filter(|story| !have.contains(story)).count();
                new.saturating_sub(candidate.wrong)
            };
            let next = candidates.iter().filter(|candidate| gain(candidate) > 0).max_by(|a, b| {
                let gains = gain(a).cmp(&gain(b)).then(b.cost.total_cmp(&a.cost));
                gains.then_with(|| b.name.cmp(&a.name))
            });
            let Some(next) = next else { return };
            let joined = format!("{}, {}", best.name, next.name);
            match self.reading_of(&joined, next.cost) {
                Some(better) if better.score > best.score + COST_WEIGHT => *best = better,
                _ => return,
            }
        }
    }

    fn stories_of(&self, name: &str) -> HashSet<usize> {
        self.candidate(name.to_owned(), 0.0).map(|candidate| candidate.stories).unwrap_or_default()
    }

    /// The elements with this name and the stories in them.
    fn scopes(&self, name: &str) -> Vec<(ElementRef<'d>, &'o Teaser)> {
        let Ok(selector) = Selector::parse(name) else { return Vec::new() };
        let elements = self.document.select(&selector).take(MAX_ITEMS);
        let found = elements.filter_map(|element| {
            let at = self.by_node.get(&element.id())?;
            Some((element, self.teasers.get(self.story_in(*at)?)?))
        });
        found.collect()
    }

    /// Reads the page by `rules` and compares.
    fn read(&self, rules: &Rules) -> Reading {
        let Some(items) = &rules.items else { return Reading::default() };
        let mut listing = css::read(self.document, rules, items);
        super::once_each(&mut listing.teasers);
        let mut reading = Reading { read: listing.teasers.len(), ..Reading::default() };
        for got in &listing.teasers {
            let number = got.url.as_ref().and_then(|url| self.by_key.get(&story_key(url)));
            let Some(wanted) = number.and_then(|number| self.teasers.get(*number)) else { continue };
            reading.known += 1;
            reading.same += usize::from(same_title(got.title.as_deref(), wanted.title.as_deref()));
            reading.details += usize::from(wanted.published.is_some() && got.published.is_some());
            reading.details += usize::from(wanted.image.is_some() && got.image == wanted.image);
            reading.details += usize::from(wanted.summary.is_some() && got.summary == wanted.summary);
        }
        reading
    }
}

fn same_title(a: Option<&str>, b: Option<&str>) -> bool {
    let plain = |text: Option<&str>| text.map(words::letters);
    plain(a) == plain(b)
}

/// What makes two addresses the same story, whether they were cleaned or not.
fn story_key(url: &Url) -> String {
    Key::of(&crate::normalise::url::clean(url)).written()
}
