//! Repeated structures of links → teasers.
//!
//! Steps: give every address its best link; group the addresses by the place of that link (elements up to the root,
//! nearest classes); find each one's block, the largest box that holds no other of its group; score groups by
//! headlines, dates, summaries, pictures and addresses; take the best group and those that are about as good and do not
//! stand inside blocks already taken; put all in document order.

use hashbrown::HashMap;
use scraper::ElementRef;

use super::addresses::Address;
use super::describe::describe;
use super::outline::{Link, Outline, Part, headline_worth, truncate};
use super::{DateText, MAX_ITEMS, Teaser, address, line, words};
use crate::page::{Document, document};

/// The most groups that are looked at closely.
const MAX_GROUPS: usize = 40;
/// The most blocks of one group that are described to judge it.
const SAMPLE: usize = 8;
/// A group must be this good beside the best one to be taken as well.
const ENOUGH: f32 = 0.62;
/// The same on pages that are no front page: a section or a page of an archive has one list.
const ENOUGH_BESIDE_ONE: f32 = 0.85;
/// Links in places less likely than this stand around a page's own matter.
const FURNITURE: f32 = 0.5;
/// Links in places less likely than this stand in menus and footers.
const MENU: f32 = 0.12;
/// The words that links in menus have at most, on average.
const MENU_WORDS: f32 = 4.0;
/// So many bytes of paragraphs are a story.
const STORY: usize = 1_200;
/// The same on a page that says that it is an article.
const SHORT_STORY: usize = 600;
/// The most that one block can add to its group's quality; see [`richness`].
const MOST_RICHNESS: f32 = 1.25;
/// The same for the headline of a block whose link has none.
const MOST_FOUND_HEADLINE: f32 = 1.1 * 0.7;
/// What a link without a telling text is worth until its block is known.
const NAMELESS: f32 = 0.08;
/// The most siblings that follow a headline in a flat page and still belong to it.
const MAX_SIBLINGS: usize = 6;

/// One story as it was found: where it stands and what is said of it.
pub(super) struct Story<'a> {
    /// The elements of its block.
    pub(super) block: Vec<ElementRef<'a>>,
    /// What was read from it.
    pub(super) teaser: Teaser,
}

/// The stories of a page, found but not yet read.
pub(super) struct Chosen {
    /// In document order.
    items: Vec<Item>,
    /// The blocks that were read to judge their groups, by their first element and their number of elements.
    read: Read,
    /// Whether what was found was given up, since the page is one story.
    pub(super) is_one_story: bool,
}

type Read = HashMap<(usize, usize), Teaser>;

impl Chosen {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// The addresses.
    pub(super) fn addresses<'o>(&self, outline: &'o Outline<'_>) -> impl Iterator<Item = Address<'o>> {
        self.items.iter().filter_map(|item| outline.addresses.get(outline.links.get(item.link)?.address))
    }
}

/// Finds the stories of a page; none if nothing repeats.
pub(super) fn choose(document: &Document, outline: &mut Outline<'_>) -> Chosen {
    let primaries = primaries(document, outline);
    let mut read = Read::new();
    let groups = judged(document, outline, groups(outline, &primaries), &mut read);
    let mut items = take_best(outline, groups);
    items.sort_by_key(|item| item.link);
    line::drop_undated(outline, &mut items);
    items.truncate(MAX_ITEMS);
    let is_one_story = is_one_story(document, outline, &items);
    if is_one_story {
        items.clear();
    }
    Chosen { items, read, is_one_story }
}

/// Whether a page is one story, so that the links around its text are no list of what the site publishes: it has much
/// more running text than the blocks of a list have, and says that it is an article or has its links at the edge.
fn is_one_story(document: &Document, outline: &Outline<'_>, items: &[Item]) -> bool {
    if outline.front || items.is_empty() {
        return false;
    }
    let zone = items.iter().filter_map(|item| outline.links.get(item.link)).map(|link| link.zone).sum::<f32>();
    let declared = is_declared_story(document);
    if !declared && zone >= FURNITURE * count(items.len()) {
        return false;
    }
    let mut all = 0;
    let before: Vec<usize> = std::iter::once(0)
        .chain(outline.elements.iter().map(|part| {
            all += if part.is_prose() { part.text } else { 0 };
            all
        }))
        .collect();
    let at = |index: usize| before.get(index).copied().unwrap_or(all);
    let blocks = items.iter().filter_map(|item| Some((item.block, outline.elements.get(item.block)?.end)));
    let mut blocks: Vec<usize> = blocks.map(|(from, to)| at(to).saturating_sub(at(from))).collect();
    blocks.sort_unstable();
    // The story may stand in what looks like the block of one link.
    let usual = blocks.get(blocks.len() / 2).map_or(0, |middle| middle * 2 + 200);
    let listed: usize = blocks.iter().map(|block| block.min(&usual)).sum();
    let prose = all.saturating_sub(listed);
    prose >= if declared { SHORT_STORY } else { STORY } && prose > listed
}

fn is_declared_story(document: &Document) -> bool {
    document.meta(&["og:type"]).is_some_and(|kind| kind.starts_with("article"))
        || document.meta(&["article:published_time"]).is_some()
        || super::jsonld::articles(document) == 1
}

/// Reads the stories that were found.
pub(super) fn stories<'a>(document: &'a Document, outline: &mut Outline<'a>, chosen: Chosen) -> Vec<Story<'a>> {
    let Chosen { items, mut read, .. } = chosen;
    let bounds: Vec<usize> = items.iter().filter_map(|item| Some(outline.links.get(item.link)?.at)).collect();
    let mut stories = Vec::with_capacity(items.len());
    for (number, item) in items.iter().enumerate() {
        let next = bounds.get(number + 1).copied().unwrap_or(usize::MAX);
        let block = block_of(outline, item, next);
        let seen = read.remove(&(item.block, block.len()));
        let seen = seen.unwrap_or_else(|| describe(&block, document, &mut outline.classes));
        if let Some(teaser) = teaser(document, outline, item, &block, seen) {
            stories.push(Story { block, teaser });
        }
    }
    stories
}

/// One address with its best link and its block.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) link: usize,
    worth: f32,
    pub(super) block: usize,
    height: usize,
}

#[derive(Default)]
struct Group {
    items: Vec<Item>,
    /// How likely stories are in its place.
    zone: f32,
    /// What its links are worth.
    base: f32,
    /// How different their texts are.
    distinct: f32,
    /// What its blocks hold besides the links.
    richness: f32,
    /// The share of its links that are headings.
    heading: f32,
    quality: f32,
    score: f32,
}

impl Group {
    /// Decides between equals.
    fn first_link(&self) -> usize {
        self.items.first().map_or(usize::MAX, |item| item.link)
    }
}

/// The best link of every address that may be a story.
fn primaries(document: &Document, outline: &Outline<'_>) -> Vec<Item> {
    let mut best: Vec<Option<Item>> = vec![None; outline.addresses.len()];
    let here = address::Here::of(document.url());
    let worths: Vec<f32> = outline.addresses.iter().map(|address| address::worth(&address, &here)).collect();
    for (number, link) in outline.links.iter().enumerate() {
        let address = worths.get(link.address).copied().unwrap_or(0.0);
        let text = match link.nameless {
            true if address >= 0.4 => NAMELESS,
            true => 0.0,
            false => link.headline_worth(),
        };
        let heading = if link.heading && text > 0.0 { 0.9 } else { 0.0 };
        let worth = (text + heading) * address * link.zone;
        if worth < 0.001 {
            continue;
        }
        if let Some(slot) = best.get_mut(link.address)
            && slot.as_ref().is_none_or(|known| worth > known.worth)
        {
            *slot = Some(Item { link: number, worth, block: link.at, height: 0 });
        }
    }
    best.into_iter().flatten().collect()
}

fn groups(outline: &Outline<'_>, primaries: &[Item]) -> Vec<Group> {
    let mut order: HashMap<u64, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for item in primaries {
        let Some(link) = outline.links.get(item.link) else { continue };
        let next = groups.len();
        let index = *order.entry(link.place).or_insert(next);
        if index == next {
            groups.push(Group::default());
        }
        if let Some(group) = groups.get_mut(index) {
            group.items.push(item.clone());
        }
    }
    for group in &mut groups {
        let named = |item: &Item| outline.links.get(item.link).is_some_and(|link| !link.nameless);
        let count = group.items.iter().filter(|item| named(item)).count();
        if count >= 3 && count * 4 <= group.items.len() * 3 {
            group.items.retain(named);
        }
        group.items.sort_by_key(|item| item.link);
        if count == 0 {
            // "pdf", "other": of several nameless links in one box the first leads to the story.
            group.items.dedup_by_key(|item| {
                let at = outline.links.get(item.link).and_then(|link| outline.elements.get(link.at));
                at.and_then(|element| element.parent)
            });
        }
        group.score = group.items.iter().map(|item| item.worth).sum();
    }
    groups.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.first_link().cmp(&b.first_link())));
    groups.truncate(MAX_GROUPS);
    for group in &mut groups {
        find_blocks(outline, &mut group.items);
    }
    groups
}

/// Grows every block while it holds no other item of the group, but no higher than most of the group grew.
fn find_blocks(outline: &Outline<'_>, items: &mut [Item]) {
    let links: Vec<usize> = items.iter().map(|item| item.link).collect();
    let alone = items.len() == 1;
    let grow = |number: usize, item: &Item, limit: usize| {
        let before = number.checked_sub(1).and_then(|before| links.get(before)).copied();
        let after = links.get(number + 1).copied().unwrap_or(usize::MAX);
        let (mut block, mut height) = (outline.links.get(item.link).map_or(0, |link| link.at), 0);
        while let Some(parent) = outline.elements.get(block).and_then(|element| element.parent) {
            let Some(above) = outline.elements.get(parent) else { break };
            let free = before.is_none_or(|before| before < above.links_from) && after >= above.links_to;
            if height >= limit || !free || is_page(above) || alone && is_large(above) {
                break;
            }
            block = parent;
            height += 1;
        }
        (block, height)
    };
    for (number, item) in items.iter_mut().enumerate() {
        (item.block, item.height) = grow(number, item, 40);
    }
    let heights: Vec<usize> = items.iter().map(|item| item.height).collect();
    let limit = most_common(&heights);
    for (number, item) in items.iter_mut().enumerate().filter(|(_, item)| item.height > limit) {
        (item.block, item.height) = grow(number, item, limit);
    }
}

fn is_page(element: &Part<'_>) -> bool {
    matches!(element.element.value().name(), "main" | "body" | "html" | "table" | "tbody")
}

fn is_large(element: &Part<'_>) -> bool {
    element.links_to - element.links_from > 12 || element.text > 2_500
}

/// The most frequent number; of equals the smaller one.
fn most_common(numbers: &[usize]) -> usize {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b).filter_map(|run| Some((run.len(), *run.first()?)));
    runs.max_by_key(|(count, number)| (*count, std::cmp::Reverse(*number))).map_or(0, |(_, number)| number)
}

/// Judges the groups that may be taken, and leaves out those that cannot be good enough whatever their blocks hold.
fn judged(document: &Document, outline: &mut Outline<'_>, mut groups: Vec<Group>, read: &mut Read) -> Vec<Group> {
    for group in &mut groups {
        estimate(outline, group);
    }
    groups.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.first_link().cmp(&b.first_link())));
    let enough = if outline.front { ENOUGH } else { ENOUGH_BESIDE_ONE };
    let mut judged: Vec<Group> = Vec::new();
    let mut waiting = Vec::new();
    let mut best: Option<(f32, f32)> = None;
    for mut group in groups {
        if group.items.len() < 2 || best.is_some_and(|(score, _)| group.score < score) {
            waiting.push(group);
            continue;
        }
        judge(document, outline, &mut group, read);
        if best.is_none_or(|(score, _)| group.score > score) {
            best = Some((group.score, group.quality));
        }
        judged.push(group);
    }
    let Some((_, quality)) = best else { return Vec::new() };
    for mut group in waiting {
        if group.quality >= quality * enough {
            judge(document, outline, &mut group, read);
            judged.push(group);
        }
    }
    judged
}

/// Fills in the most that a group's quality and score can be.
fn estimate(outline: &Outline<'_>, group: &mut Group) {
    let links = || group.items.iter().filter_map(|item| outline.links.get(item.link));
    let count = count(group.items.len());
    group.zone = links().map(|link| link.zone).sum::<f32>() / count;
    group.base = group.items.iter().map(|item| item.worth).sum::<f32>() / count;
    let mut texts: Vec<usize> = links().map(|link| link.wording).collect();
    texts.sort_unstable();
    texts.dedup();
    group.distinct = f32::min(1.0, self::count(texts.len()) / count * 1.6);
    let found = if links().any(|link| link.nameless) { MOST_FOUND_HEADLINE } else { 0.0 };
    score(group, MOST_RICHNESS + found);
}

/// Scores a group by what its items' blocks hold.
fn judge(document: &Document, outline: &mut Outline<'_>, group: &mut Group, read: &mut Read) {
    let step = group.items.len().div_ceil(SAMPLE).max(1);
    let mut rich = 0.0;
    let mut sampled = 0.0;
    for (number, item) in group.items.iter().enumerate().step_by(step) {
        let next = group.items.get(number + 1).and_then(|next| outline.links.get(next.link));
        let next = next.map_or(usize::MAX, |link| link.at);
        let block = block_of(outline, item, next);
        let seen = read.entry((item.block, block.len()));
        let seen = seen.or_insert_with(|| describe(&block, document, &mut outline.classes));
        let Some(link) = outline.links.get(item.link) else { continue };
        rich += richness(seen, link);
        if link.nameless {
            rich += block_title(seen, &block).map_or(0.0, |title| headline_worth(&title) * 0.7);
        }
        sampled += 1.0;
        group.heading += f32::from(u8::from(link.heading));
    }
    group.heading /= f32::max(sampled, 1.0);
    score(group, rich / f32::max(sampled, 1.0));
}

fn score(group: &mut Group, richness: f32) {
    group.richness = richness;
    group.quality = (group.base + richness * group.zone) * group.distinct;
    group.score = group.quality * f32::min(count(group.items.len()), 60.0).powf(0.75);
}

fn richness(seen: &Teaser, link: &Link<'_>) -> f32 {
    let mut rich = 0.0;
    if seen.published.is_some() {
        rich += 0.6;
    }
    if seen.summary.as_ref().is_some_and(|summary| *summary != link.text) {
        rich += 0.4;
    }
    if seen.image.is_some() {
        rich += 0.25;
    }
    rich
}

#[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
fn count(number: usize) -> f32 {
    number as f32
}

/// The best group and those beside it that are as good.
fn take_best(outline: &Outline<'_>, mut groups: Vec<Group>) -> Vec<Item> {
    groups.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.first_link().cmp(&b.first_link())));
    let Some(best) = groups
        .iter()
        .find(|group| group.items.len() >= 2)
        .map(|group| (group.quality, group.heading, group.items.len()))
    else {
        return Vec::new();
    };
    if groups.iter().find(|group| group.items.len() >= 2).is_some_and(|best| is_menu(outline, best)) {
        return Vec::new();
    }
    let enough = if outline.front { ENOUGH } else { ENOUGH_BESIDE_ONE };
    let mut taken: Vec<Item> = Vec::new();
    let mut covered = vec![false; outline.links.len()];
    for group in groups {
        let first = taken.is_empty();
        if first && group.items.len() < 2 {
            continue;
        }
        let inside = group.items.iter().filter(|item| covered.get(item.link).copied().unwrap_or(false)).count();
        let good = match group.items.len() {
            1 => group.quality >= best.0 * f32::max(enough, 0.8) && group.heading >= f32::max(best.1, 0.5),
            _ => group.quality >= best.0 * enough,
        };
        if !first && (!good || inside * 3 >= group.items.len()) {
            continue;
        }
        for item in group.items {
            if let Some(block) = outline.elements.get(item.block)
                && let Some(links) = covered.get_mut(block.links_from..block.links_to)
            {
                links.fill(true);
            }
            taken.push(item);
        }
    }
    taken
}

/// Whether the best that a page has are the links of its menus: short, with nothing beside them.
fn is_menu(outline: &Outline<'_>, best: &Group) -> bool {
    let words = best.items.iter().filter_map(|item| outline.links.get(item.link)).map(|link| link.words).sum::<f32>();
    best.zone < MENU && best.richness < 0.1 && words < MENU_WORDS * count(best.items.len())
}

/// The elements of an item: its block, and in flat pages the siblings up to the next item, which starts at `next`.
fn block_of<'a>(outline: &Outline<'a>, item: &Item, next: usize) -> Vec<ElementRef<'a>> {
    let Some(block) = outline.elements.get(item.block) else { return Vec::new() };
    let mut all: Vec<ElementRef<'a>> = term_of(block.element).into_iter().chain([block.element]).collect();
    let own = outline.links.get(item.link).map_or(0, |link| link.text.len());
    if block.text > own + 60 {
        return all;
    }
    let mut index = block.end;
    while let Some(sibling) = outline.elements.get(index) {
        if sibling.parent != block.parent || sibling.end > next || all.len() > MAX_SIBLINGS {
            break;
        }
        all.push(sibling.element);
        index = sibling.end;
    }
    all
}

/// The `<dt>` in front of a `<dd>`, which says the day or the subject of the story.
fn term_of(block: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let before = block.prev_siblings().find_map(ElementRef::wrap).filter(|_| block.value().name() == "dd");
    before.filter(|before| before.value().name() == "dt")
}

fn teaser(
    document: &Document,
    outline: &Outline<'_>,
    item: &Item,
    block: &[ElementRef<'_>],
    mut teaser: Teaser,
) -> Option<Teaser> {
    let link = outline.links.get(item.link)?;
    let element = outline.elements.get(link.at)?.element;
    let mut title = link.text.clone().into_owned();
    if let Some(long) = link.title.map(str::trim)
        && let Some(start) = title.strip_suffix('…').or_else(|| title.strip_suffix("...")).map(str::trim_end)
        && long.starts_with(start)
    {
        long.clone_into(&mut title);
    }
    if link.nameless {
        let better = block_title(&teaser, block);
        title = better.or_else(|| (!words::is_generic(&title)).then_some(title))?;
    }
    if item.block == link.at && teaser.published.is_none() {
        teaser.published = line::date(element).map(|text| DateText { text, format: None });
    }
    truncate(&mut title, 600);
    teaser.summary = teaser.summary.filter(|summary| !words::repeats(summary, &title));
    teaser.title = Some(title);
    teaser.url = outline.addresses.get(link.address).and_then(|address| address.url(document.url()));
    Some(teaser)
}

/// The headline of a block whose link has none: its heading, else its first bold text.
fn block_title(seen: &Teaser, block: &[ElementRef<'_>]) -> Option<String> {
    if let Some(title) = &seen.title {
        return Some(title.clone());
    }
    let bold = block.iter().flat_map(|element| element.select(crate::selector!("b, strong")));
    bold.map(document::text).find(|text| words::words(text) >= 3.0)
}
