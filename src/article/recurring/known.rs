//! What is remembered of the blocks of a source's articles: for each of the last articles one bit in the mask of every
//! block that stands in it.
//!
//! Reading an article again sets the same bits again, so nothing is counted twice. The oldest article makes room for
//! a new one, and takes its bits along: furniture that a site gave up is forgotten. The size is bounded.

use std::collections::BTreeMap;

use super::{Pieces, print};

/// How many articles are remembered: the bits of a mask.
const ARTICLES: usize = 64;
/// The most fingerprints that are kept; the first to go are those that the oldest articles alone have.
const MAX_PRINTS: usize = 1_024;
/// The first byte of what is kept.
const VERSION: u8 = 1;

/// The blocks that were seen in the last articles of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// A mark of each article, by the number of its bit.
    marks: Vec<u64>,
    /// The bit that the next article gets when all are given.
    next: usize,
    /// Fingerprint → the articles that have it.
    prints: BTreeMap<u64, u64>,
}

impl Known {
    /// How many articles are remembered.
    pub fn articles(&self) -> usize {
        self.marks.len()
    }

    /// How many different blocks are remembered.
    pub fn blocks(&self) -> usize {
        self.prints.len()
    }

    /// In how many of them the block with this fingerprint stands.
    pub(super) fn articles_with(&self, print: u64) -> usize {
        self.prints.get(&print).map_or(0, |mask| mask.count_ones() as usize)
    }

    /// Notes the blocks of the article that `name` names.
    pub fn learn(&mut self, name: &str, pieces: &Pieces) {
        let mark = print("article", name);
        let slot = self.slot(mark);
        let bit = 1_u64 << slot;
        for mask in self.prints.values_mut() {
            *mask &= !bit;
        }
        for print in pieces.prints.iter().chain([&pieces.lead, &pieces.summary]).flatten() {
            *self.prints.entry(*print).or_default() |= bit;
        }
        self.prints.retain(|_, mask| *mask != 0);
    }

    /// The bit of the article with this mark: its own, a free one, or that of the oldest.
    fn slot(&mut self, mark: u64) -> usize {
        if let Some(slot) = self.marks.iter().position(|known| *known == mark) {
            return slot;
        }
        if self.marks.len() < ARTICLES {
            self.marks.push(mark);
            return self.marks.len() - 1;
        }
        let slot = self.next;
        if let Some(oldest) = self.marks.get_mut(slot) {
            *oldest = mark;
        }
        self.next = (slot + 1) % ARTICLES;
        slot
    }

    /// What the store keeps: at most 17 KB, the same for the same knowledge.
    pub fn to_bytes(&self) -> Vec<u8> {
        let kept = self.bounded();
        let mut bytes = vec![VERSION, u8::try_from(self.marks.len()).unwrap_or_default(), small(self.next)];
        for mark in &self.marks {
            bytes.extend(mark.to_be_bytes());
        }
        for (print, mask) in kept {
            bytes.extend(print.to_be_bytes());
            bytes.extend(mask.to_be_bytes());
        }
        bytes
    }

    /// What [`Known::to_bytes`] wrote; nothing is known where it is damaged or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::read(bytes).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let [VERSION, count, next, rest @ ..] = bytes else { return None };
        let (marks, prints) = rest.split_at_checked(usize::from(*count) * 8)?;
        let marks: Vec<u64> = marks.chunks_exact(8).filter_map(number).collect();
        let (next, whole) = (usize::from(*next), prints.len() % 16 == 0 && marks.len() <= ARTICLES);
        let prints =
            prints.chunks_exact(16).filter_map(|pair| Some((number(pair.get(..8)?)?, number(pair.get(8..)?)?)));
        let prints: BTreeMap<u64, u64> = prints.collect();
        let given = if marks.len() == ARTICLES { u64::MAX } else { (1 << marks.len()) - 1 };
        let sound = whole && next < ARTICLES && prints.values().all(|mask| *mask & !given == 0 && *mask != 0);
        sound.then_some(Self { marks, next, prints })
    }

    /// The fingerprints that fit.
    fn bounded(&self) -> BTreeMap<u64, u64> {
        let mut kept = self.prints.clone();
        let count = self.marks.len().max(1);
        for age in 0..count {
            if kept.len() <= MAX_PRINTS {
                return kept;
            }
            let alone = 1_u64 << ((self.next + age) % count);
            let mut over = kept.len() - MAX_PRINTS;
            kept.retain(|_, mask| {
                let goes = over > 0 && *mask == alone;
                over -= usize::from(goes);
                !goes
            });
        }
        // Beyond this every block stands in several articles; the rarest go.
        let mut rarest: Vec<(u32, u64)> = kept.iter().map(|(print, mask)| (mask.count_ones(), *print)).collect();
        rarest.sort_unstable();
        for (_, print) in rarest.into_iter().take(kept.len().saturating_sub(MAX_PRINTS)) {
            kept.remove(&print);
        }
        kept
    }
}

fn small(number: usize) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}
