//! Byte offsets of a text as lines and columns.

use std::ops::Range;

/// Finds lines and columns; cheap when asked in the order of the text, even if that is one long line.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// The first byte of every line.
    starts: Vec<usize>,
    /// The last answer: line from 0, byte, characters before it in the line.
    last: (usize, usize, usize),
}

impl<'t> Positions<'t> {
    /// Looks through `text` once.
    pub(super) fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        Self { text, starts, last: (0, 0, 0) }
    }

    /// Line and column of the byte `offset`, both from 1, the column in characters. A byte order mark is no character.
    pub(super) fn at(&mut self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset);
        let (last_line, last_offset, last_characters) = self.last;
        let (from, before) = if last_line == line && last_offset <= offset {
            (last_offset, last_characters)
        } else {
            (self.starts.get(line).copied().unwrap_or_default(), 0)
        };
        let passed = self.text.get(from..offset).unwrap_or_default();
        let marks = usize::from(from == 0 && passed.starts_with('\u{FEFF}'));
        let characters = before + passed.chars().count() - marks;
        self.last = (line, offset, characters);
        (line + 1, characters + 1)
    }

    /// The line of the byte `offset`, from 0.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// The bytes of a line without its end; `line` counts from 0.
    pub(super) fn line(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(line)?;
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let end = if self.text.get(start..end)?.ends_with('\r') { end - 1 } else { end };
        let start = if line == 0 && self.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { start };
        (start <= end).then_some(start..end)
    }
}
