//! Chooses the elements that hold the story, by arithmetic on a measured page.
//!
//! The steps follow Readability (Arc90, 2009; Mozilla's version since): what is surely or probably no story goes;
//! paragraphs give points to the elements around them; points shrink with the share of linked text; the best element,
//! or a better one around it, is taken together with those of its siblings that are alike; inside, blocks of mostly
//! links or pictures go. Beyond it, elements that call themselves the body of an article are heard as a second witness.
//! It refuses to change anything: the answer is places in the list.

use super::measure::{Measured, Measures, Totals, ratio};
use super::traits::Traits;
use crate::page::document::attribute;

/// Text that a body should have; with less the search is repeated more tolerantly.
const ENOUGH: u32 = 500;
/// Text in paragraphs that may be all of a short story.
const SOME: u32 = 250;
/// Text in paragraphs that is believed to be a story where its element says so.
const FEW: u32 = 100;
/// How many of the best elements are compared with each other.
const RIVALS: usize = 5;

/// How strictly to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// As most pages allow.
    Strict,
    /// Elements with unlikely names are heard.
    Names,
    /// Names say nothing.
    Weights,
    /// Blocks of links and pictures stay.
    Blocks,
}

/// What was chosen.
pub(super) struct Choice {
    /// Places of the elements to copy, in document order.
    pub(super) roots: Vec<usize>,
    /// For each element whether it, with all below it, is left out.
    pub(super) gone: Vec<bool>,
    /// Text that is left.
    text: u32,
    /// Text in paragraphs that is left.
    prose: u32,
}

/// Chooses a body; `hidden` says whether what the page hides is looked at.
pub(super) fn choose(page: &Measures<'_>, hidden: Hidden) -> Option<Choice> {
    let mut best: Option<Choice> = None;
    for strictness in [Strictness::Strict, Strictness::Names, Strictness::Weights, Strictness::Blocks] {
        let found = Attempt::new(page, strictness, hidden).run();
        if let Some(found) = found {
            let named = found
                .roots
                .iter()
                .any(|&root| page.elements.get(root).is_some_and(|root| root.traits.has(Traits::BODY)));
            if found.text >= ENOUGH || found.prose >= SOME || named && found.prose >= FEW {
                return Some(found);
            }
            // A looser look always finds more; only much more is a story that was overlooked.
            if best.as_ref().is_none_or(|best| found.prose > best.prose.max(best.text / 2) * 2) {
                best = Some(found);
            }
        }
    }
    best
}

/// What becomes of elements that the page hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    /// They are left out.
    Left,
    /// They are looked at like others.
    Heard,
}

struct Attempt<'p, 'a> {
    page: &'p [Measured<'a>],
    paragraphs: &'p [super::measure::Paragraph],
    strictness: Strictness,
    hidden: Hidden,
    totals: Vec<Totals>,
    gone: Vec<bool>,
    /// Points; `NAN` where an element never had any.
    points: Vec<f32>,
}

impl<'p, 'a> Attempt<'p, 'a> {
    fn new(page: &'p Measures<'a>, strictness: Strictness, hidden: Hidden) -> Self {
        let totals = page.elements.iter().map(|element| element.totals).collect();
        let count = page.elements.len();
        Self {
            page: &page.elements,
            paragraphs: &page.paragraphs,
            strictness,
            hidden,
            totals,
            gone: vec![false; count],
            points: vec![f32::NAN; count],
        }
    }

    fn run(mut self) -> Option<Choice> {
        self.drop_furniture();
        self.give_points();
        let best = self.best()?;
        let best = self.second_witness(best);
        let mut roots = self.with_siblings(best);
        self.add_continuations(best, &mut roots);
        if let Some(lines) = self.standfirst(&roots) {
            roots.insert(0, lines);
        }
        for &root in &roots {
            self.clean(root);
        }
        let text = roots.iter().map(|&root| self.total(root).text).sum();
        let prose = roots.iter().map(|&root| self.total(root).prose).sum();
        Some(Choice { roots, gone: self.gone, text, prose })
    }

    fn total(&self, at: usize) -> Totals {
        self.totals.get(at).copied().unwrap_or_default()
    }

    fn traits(&self, at: usize) -> Traits {
        self.page.get(at).map(|element| element.traits).unwrap_or_default()
    }

    fn name(&self, at: usize) -> &'a str {
        self.page.get(at).map_or("", |element| element.name())
    }

    fn parent(&self, at: usize) -> Option<usize> {
        self.page.get(at).map(|element| element.parent).filter(|parent| *parent != at)
    }

    fn end(&self, at: usize) -> usize {
        self.page.get(at).map_or(at + 1, |element| element.end)
    }

    fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.end(at);
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let here = next;
            (here < end).then(|| {
                next = self.end(here);
                here
            })
        })
    }

    fn ancestors(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.parent(at), |at| self.parent(*at))
    }

    fn remove(&mut self, at: usize) {
        let totals = self.total(at);
        for place in at..self.end(at) {
            if let Some(gone) = self.gone.get_mut(place) {
                *gone = true;
            }
        }
        let above: Vec<usize> = self.ancestors(at).collect();
        for above in above {
            if let Some(sums) = self.totals.get_mut(above) {
                sums.subtract(&totals);
            }
        }
    }

    /// Takes out what says itself that it is no part of a story, unless that would be most of the page.
    fn drop_furniture(&mut self) {
        let whole = self.total(0);
        let mut at = 1;
        while at < self.page.len() {
            let (traits, totals) = (self.traits(at), self.total(at));
            let bulk = totals.prose * 2 > whole.prose;
            let drop = if traits.has(Traits::EMBED) {
                false
            } else if self.hidden == Hidden::Left && traits.has(Traits::HIDDEN) {
                true
            } else if traits.has(Traits::COMMENTS) && self.name(at) != "a" && !self.is_loose() {
                totals.headlines == 0 && (!bulk || totals.prose + SOME < whole.prose)
            } else if traits.has(Traits::FURNITURE) {
                let paragraph = self.name(at) == "p" && totals.text > 300;
                !(bulk || paragraph || is_label(self.name(at)) || traits.has(Traits::BODY))
            } else if self.strictness == Strictness::Strict && traits.has(Traits::UNLIKELY) && self.name(at) != "a" {
                !bulk && !self.ancestors(at).any(|above| matches!(self.name(above), "table" | "code"))
            } else {
                traits.has(Traits::FRINGE)
                    && totals.text < if self.name(at) == "p" { 120 } else { 600 }
                    && !bulk
                    && !is_label(self.name(at))
                    && !traits.has(Traits::BODY)
            };
            if drop {
                self.remove(at);
                at = self.end(at);
            } else {
                at += 1;
            }
        }
    }

    fn is_loose(&self) -> bool {
        matches!(self.strictness, Strictness::Weights | Strictness::Blocks)
    }

    fn weight(&self, at: usize) -> f32 {
        let traits = self.traits(at);
        let loose = self.is_loose();
        let mut weight = 0.0;
        if !loose && traits.has(Traits::POSITIVE) {
            weight += 25.0;
        }
        if !loose && traits.has(Traits::NEGATIVE) {
            weight -= 25.0;
        }
        weight
    }

    fn first_points(&self, at: usize) -> f32 {
        let by_name = match self.name(at) {
            "div" => 5.0,
            "pre" | "td" | "blockquote" => 3.0,
            "address" | "ol" | "ul" | "dl" | "dd" | "dt" | "li" | "form" => -3.0,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" => -5.0,
            _ => 0.0,
        };
        by_name + self.weight(at)
    }

    #[expect(clippy::cast_precision_loss, reason = "points need no more than three digits")]
    fn give_points(&mut self) {
        for paragraph in self.paragraphs {
            if paragraph.text < 25 || self.gone.get(paragraph.at).copied().unwrap_or(true) {
                continue;
            }
            let points = (2 + paragraph.commas + (paragraph.text / 100).min(3)) as f32;
            let mut above = Some(paragraph.owner);
            for level in 0..5_u16 {
                let Some(at) = above else { break };
                let share = match level {
                    0 => 1.0,
                    1 => 2.0,
                    level => f32::from(level) * 3.0,
                };
                let first = self.first_points(at);
                if let Some(known) = self.points.get_mut(at) {
                    *known = if known.is_nan() { first } else { *known } + points / share;
                }
                above = self.parent(at);
            }
        }
        for at in 0..self.page.len() {
            let density = self.total(at).link_density();
            if let Some(points) = self.points.get_mut(at).filter(|points| **points > 0.0) {
                *points *= 1.0 - density;
            }
        }
    }

    fn points(&self, at: usize) -> f32 {
        self.points.get(at).copied().filter(|points| !points.is_nan()).unwrap_or(0.0)
    }

    /// The element with the most points, or one around it that unites it with its rivals.
    fn best(&self) -> Option<usize> {
        let mut ranked: Vec<usize> = (0..self.page.len()).filter(|&at| self.points(at) > 0.0).collect();
        ranked.sort_by(|&a, &b| self.points(b).total_cmp(&self.points(a)).then(a.cmp(&b)));
        ranked.truncate(RIVALS);
        let Some(&first) = ranked.first().filter(|first| **first > 0) else {
            return (!self.page.is_empty()).then_some(0);
        };
        let mut best = first;
        let rivals: Vec<usize> =
            ranked.iter().skip(1).copied().filter(|&rival| self.points(rival) >= self.points(first) * 0.75).collect();
        if rivals.len() >= 3 && !self.traits(first).has(Traits::BODY) {
            let unites =
                |above: &usize| rivals.iter().filter(|&&rival| *above < rival && rival < self.end(*above)).count() >= 3;
            if let Some(above) = self.ancestors(first).take_while(|above| *above > 0).find(unites) {
                best = above;
            }
        }
        best = self.higher(best);
        while let Some(parent) = self.parent(best).filter(|parent| *parent > 0) {
            let alone = self.children(parent).filter(|&child| !self.is_gone(child)).count() == 1;
            if !alone {
                break;
            }
            best = parent;
        }
        Some(best)
    }

    fn is_gone(&self, at: usize) -> bool {
        self.gone.get(at).copied().unwrap_or(true)
    }

    /// The first element around `best` that has more points.
    fn higher(&self, best: usize) -> usize {
        let mut last = self.points(best);
        let threshold = last / 3.0;
        for above in self.ancestors(best).take_while(|above| *above > 0) {
            let points = self.points(above);
            if points == 0.0 {
                continue;
            }
            if points < threshold {
                break;
            }
            if points > last {
                return above;
            }
            last = points;
        }
        best
    }

    /// An element that calls itself the body of the article, where it holds nearly all of what was found, or where
    /// what was found is a part of it and the rest is prose too.
    fn second_witness(&self, best: usize) -> usize {
        let found = self.total(best);
        let is_body = |at: &usize| self.traits(*at).has(Traits::BODY) && !self.is_gone(*at);
        let around = self.ancestors(best).take_while(|above| *above > 0).filter(is_body);
        let wider = around.filter(|&above| {
            let total = self.total(above);
            total.prose > found.prose + found.prose / 10 && total.link_density() < 0.3
        });
        if let Some(wider) = wider.last().filter(|_| !self.traits(best).has(Traits::BODY)) {
            return wider;
        }
        let inside = (best + 1..self.end(best)).filter(is_body);
        let mut narrower = inside.filter(|&at| self.total(at).prose * 10 >= found.prose * 8);
        if let Some(narrower) = narrower.next_back().filter(|_| found.prose >= FEW) {
            return narrower;
        }
        // Around one element with nearly all the prose there is little but lists of links.
        let mut denser = (best + 1..self.end(best)).filter(|&at| {
            let total = self.total(at);
            !self.is_gone(at) && total.prose * 5 >= found.prose * 4 && total.text * 10 <= found.text * 7
        });
        denser.next_back().filter(|_| found.prose >= FEW).unwrap_or(best)
    }

    /// `best` and those beside it that are alike.
    fn with_siblings(&self, best: usize) -> Vec<usize> {
        let Some(parent) = self.parent(best) else { return vec![best] };
        let points = self.points(best);
        let threshold = (points * 0.2).max(10.0);
        let class =
            |at: usize| self.page.get(at).and_then(|element| attribute(element.element, "class")).unwrap_or_default();
        let own = class(best);
        self.children(parent)
            .filter(|&beside| {
                if beside == best {
                    return true;
                }
                let fringe = Traits::FRINGE.with(Traits::FURNITURE).with(Traits::COMMENTS).with(Traits::UNLIKELY);
                if self.is_gone(beside) || self.traits(beside).has(fringe) || self.name(beside) == "header" {
                    return false;
                }
                let bonus = if !own.is_empty() && class(beside) == own { points * 0.2 } else { 0.0 };
                let theirs = self.points(beside);
                let total = self.total(beside);
                if theirs > 0.0 {
                    return theirs + bonus >= threshold && total.link_density() < 0.2 && total.prose * 2 > total.text;
                }
                self.name(beside) == "p"
                    && (total.text > 80 && total.link_density() < 0.25
                        || (1..80).contains(&total.text) && total.linked == 0 && self.is_sentence(beside))
            })
            .collect()
    }

    /// Elements elsewhere that are of the same kind as `best`, as where advertisements cut a story into pieces.
    fn add_continuations(&self, best: usize, roots: &mut Vec<usize>) {
        let class =
            |at: usize| self.page.get(at).and_then(|element| attribute(element.element, "class")).unwrap_or_default();
        let own = class(best).trim();
        if own.is_empty() {
            return;
        }
        let mut at = 1;
        while at < self.page.len() {
            let known = roots.iter().any(|&root| root <= at && at < self.end(root));
            let around = roots.iter().any(|&root| at < root && root < self.end(at));
            let total = self.total(at);
            if self.is_gone(at) || known {
                at = self.end(at);
                continue;
            }
            let alike = !around && self.name(at) == self.name(best) && class(at).trim() == own;
            if alike
                && total.prose >= SOME
                && total.prose * 10 > total.text * 7
                && total.link_density() < 0.2
                && total.headlines == 0
            {
                roots.push(at);
                at = self.end(at);
                continue;
            }
            at += 1;
        }
        roots.sort_unstable();
    }

    /// The lines between the headline and the story that sum it up, where the page calls them that.
    fn standfirst(&self, roots: &[usize]) -> Option<usize> {
        let first = *roots.first()?;
        let headline = (0..first).rfind(|&at| self.name(at) == "h1" && !self.is_gone(at))?;
        let mut at = self.end(headline);
        while at < first {
            let (total, traits) = (self.total(at), self.traits(at));
            let length = (60..700).contains(&total.text) && total.linked * 4 < total.text;
            let block = matches!(self.name(at), "p" | "div" | "h2" | "h3" | "section" | "strong" | "span");
            let around = first < self.end(at);
            let plain = total.pictures == 0 && !traits.has(Traits::CAPTION) && !self.is_gone(at);
            if plain && !around && block && length && traits.has(Traits::STANDFIRST) && self.is_sentence(at) {
                return Some(at);
            }
            at = if self.is_gone(at) { self.end(at) } else { at + 1 };
        }
        None
    }

    fn text(&self, at: usize) -> String {
        self.page.get(at).map(|element| element.element.text().collect()).unwrap_or_default()
    }

    fn is_sentence(&self, at: usize) -> bool {
        let text = self.text(at);
        let text = text.trim_end();
        text.ends_with(['.', '。', '！', '？', '!', '?', '।']) || text.contains(". ")
    }

    /// Takes blocks of links, pictures and fields out of what was chosen, inner ones first.
    fn clean(&mut self, root: usize) {
        for at in (root..self.end(root)).rev() {
            if self.is_gone(at) || self.traits(at).has(Traits::EMBED) {
                continue;
            }
            let drop = match self.name(at) {
                "form" | "fieldset" | "table" | "ul" | "div" | "section" | "aside" if at != root => {
                    self.strictness != Strictness::Blocks && self.is_clutter(at)
                }
                "h1" | "h2" if at != root => self.weight(at) < 0.0,
                "footer" | "aside" if at != root => true,
                _ => false,
            };
            let bulk = at != root && self.total(at).prose * 2 > self.total(root).prose;
            let share = at != root && self.traits(at).has(Traits::SHARE) && self.total(at).text < ENOUGH;
            if (drop || share) && !bulk {
                self.remove(at);
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn is_clutter(&self, at: usize) -> bool {
        let total = self.total(at);
        let data_inside =
            (at..self.end(at)).any(|place| self.name(place) == "table" && !self.is_gone(place) && self.is_data(place));
        if data_inside || self.ancestors(at).any(|above| self.name(above) == "table" && self.is_data(above)) {
            return false;
        }
        let weight = self.weight(at);
        if weight < 0.0 {
            return total.preformatted == 0;
        }
        if total.commas >= 10 {
            return false;
        }
        let own_list = matches!(self.name(at), "ul" | "ol");
        let list = own_list || ratio(total.lists, total.text) > 0.9;
        let figure = self.ancestors(at).any(|above| self.name(above) == "figure");
        let (pictures, paragraphs) = (total.pictures as f32, total.paragraphs as f32);
        let density = total.link_density();
        // A wrapper around a paragraph with a link in it.
        let prose = total.prose * 10 >= total.text * 8 && total.text >= 60;
        let clutter = !figure && pictures > 1.0 && paragraphs / pictures < 0.5
            || !list && total.items as f32 - 100.0 > paragraphs
            || total.inputs as f32 > (paragraphs / 3.0).floor()
            || !list
                && !figure
                && total.text < 25
                && (total.pictures == 0 || total.pictures > 2)
                && density > 0.0
                && ratio(total.headings, total.text) < 0.9
            || !list && weight < 25.0 && density > 0.2 && !prose
            || weight >= 25.0 && density > 0.5
            || total.pictures == 0 && total.embeds == 0 && total.text == 0;
        if list && clutter {
            let items = self.children(at).any(|child| self.children(child).count() > 1);
            return items || total.pictures != total.items;
        }
        clutter
    }

    /// Whether a table shows data and does not lay out the page.
    fn is_data(&self, at: usize) -> bool {
        let Some(table) = self.page.get(at) else { return false };
        let total = self.total(at);
        if matches!(attribute(table.element, "role"), Some("presentation" | "none")) {
            return false;
        }
        if attribute(table.element, "summary").is_some() {
            return true;
        }
        let marked = (at + 1..self.end(at))
            .any(|place| matches!(self.name(place), "caption" | "thead" | "th" | "tfoot" | "col" | "colgroup"));
        if marked {
            return true;
        }
        if total.tables > 1 || total.rows <= 1 || total.cells <= total.rows {
            return false;
        }
        let columns = total.cells.div_ceil(total.rows);
        total.rows >= 10 || columns > 4 || total.cells > 10
    }
}

/// Elements that only mark words, so that their class speaks of words and not of a box.
fn is_label(name: &str) -> bool {
    matches!(
        name,
        "body"
            | "main"
            | "html"
            | "em"
            | "strong"
            | "b"
            | "i"
            | "mark"
            | "img"
            | "code"
            | "td"
            | "tr"
            | "tbody"
            | "table"
    )
}
