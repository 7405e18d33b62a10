//! Which blocks of a body are furniture.
//!
//! Evidence first: how many of the known articles have the block, and what share of them that is. Then what it is and
//! where it stands: sentences need less evidence than single words, the ends of a body and boxes that say what they
//! are less than its middle; a heading goes only with what it heads. It refuses to judge by fewer than three articles,
//! and to take the larger part of an article: what is mostly the same in several articles is a series or a reprint.

use std::sync::LazyLock;

use regex::Regex;

use super::{Known, Pieces};
use crate::normalise::html::{Block, Kind};
use crate::normalise::text::letters;

/// The fewest articles that are evidence.
pub(super) const LEAST: usize = 3;
/// A block of less weight is a word or two, and may well be said again.
const SENTENCE: usize = 30;
/// What has to be left of an article's weight, at least.
const LEFT: usize = 40;

/// Names that pages give to boxes of furniture, where a word begins or ends.
static BOX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)(?:^|[\s_-])(?:author|bio|about|promo|newsletter|subscri|disclaimer|follow|social|share|app-?(?:link|download|promo|banner)|qr|copyright|notice|advert|banner|sponsor|related|sign-?up|donat|support|declare|shengming|mianze|banquan|guanzhu|erweima)",
    )
    .expect("a pattern of our own")
});

/// For each block of `pieces` whether it is furniture; `published` are the letters that were published of the article.
pub(super) fn furniture(pieces: &Pieces, known: &Known, published: Option<&str>) -> Vec<bool> {
    let blocks = &pieces.blocks;
    let mut gone = vec![false; blocks.len()];
    let total = known.articles();
    if total < LEAST {
        return gone;
    }
    let counts: Vec<usize> =
        pieces.prints.iter().map(|print| print.map_or(0, |print| known.articles_with(print))).collect();
    if counts.iter().all(|count| *count < LEAST) {
        return gone;
    }
    // What a reader did not get the first time does not turn up because its share has fallen.
    if let Some(published) = published {
        for (at, block) in blocks.iter().enumerate() {
            let left_out = block.weight >= SENTENCE && !published.contains(&letters(&block.text));
            if let Some(gone) = gone.get_mut(at) {
                *gone = left_out && counts.get(at).is_some_and(|count| *count >= LEAST);
            }
        }
    }
    // What goes lays bare what stands beside it, until nothing more goes.
    loop {
        let mut more = false;
        for (at, block) in blocks.iter().enumerate() {
            let evidence = Evidence { count: counts.get(at).copied().unwrap_or_default(), total };
            if gone.get(at) == Some(&false) && goes(block, evidence, &Surroundings::of(blocks, &gone, at)) {
                if let Some(gone) = gone.get_mut(at) {
                    *gone = true;
                }
                more = true;
            }
        }
        if !more {
            break;
        }
    }
    if takes_too_much(pieces, &gone) {
        gone.fill(false);
    }
    gone
}

/// In how many of all known articles a block stands.
#[derive(Clone, Copy)]
struct Evidence {
    count: usize,
    total: usize,
}

impl Evidence {
    /// Whether it stands in `least` articles, and in one of `share` or more.
    fn reaches(self, least: usize, share: usize) -> bool {
        self.count >= least && self.count * share >= self.total
    }
}

/// What is left around a block.
struct Surroundings<'a> {
    /// Whether nothing is left before it, or nothing behind it.
    edge: bool,
    /// Whether the block right before or behind it goes.
    touches: bool,
    /// The next block, where that stays.
    next: Option<&'a Block>,
    /// Whether the next block goes or there is none.
    heads_nothing: bool,
}

impl<'a> Surroundings<'a> {
    fn of(blocks: &'a [Block], gone: &[bool], at: usize) -> Self {
        let left = |at: usize| gone.get(at) == Some(&false);
        let next = (at + 1 < blocks.len()).then_some(at + 1);
        let before = at.checked_sub(1);
        Self {
            edge: !(0..at).any(left) || !(at + 1..blocks.len()).any(left),
            touches: next.is_some_and(|next| !left(next)) || before.is_some_and(|before| !left(before)),
            next: next.filter(|next| left(*next)).and_then(|next| blocks.get(next)),
            heads_nothing: next.is_none_or(|next| !left(next)),
        }
    }
}

fn goes(block: &Block, evidence: Evidence, around: &Surroundings<'_>) -> bool {
    match block.kind {
        Kind::Preformatted => false,
        Kind::Rule => around.edge && around.touches,
        Kind::Heading => evidence.reaches(LEAST, 5) && around.heads_nothing,
        Kind::Picture => {
            evidence.reaches(LEAST, 2) || evidence.reaches(LEAST, 10) && (around.touches || BOX.is_match(&block.names))
        }
        Kind::Words | Kind::Whole if block.weight < SENTENCE => {
            // "Ingredients" before a list is its heading.
            let heads_list = around.next.is_some_and(|next| next.kind == Kind::Whole);
            evidence.reaches(LEAST, 2) && (around.edge || around.touches) && !heads_list
        }
        Kind::Words | Kind::Whole => {
            let box_of_links = BOX.is_match(&block.names) || block.linked * 10 >= block.weight * 6;
            evidence.reaches(LEAST, 5)
                || evidence.reaches(LEAST, 20) && box_of_links
                || evidence.reaches(LEAST + 1, 10) && (around.edge || around.touches)
        }
    }
}

/// Whether less than half of the article's words would stay, what stands twice counted once, or hardly any.
fn takes_too_much(pieces: &Pieces, gone: &[bool]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let (mut left, mut taken) = (0, 0);
    for ((block, print), gone) in pieces.blocks.iter().zip(&pieces.prints).zip(gone) {
        if seen.insert(*print) || print.is_none() {
            *(if *gone { &mut taken } else { &mut left }) += block.weight;
        }
    }
    left < LEFT || taken > left
}
