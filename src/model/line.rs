//! Text on one line: white space folded, without control characters and those that reorder text.

/// `text` with every run of white space and control characters as one space, trimmed, and cut with an ellipsis to at
/// most `max_bytes` bytes at a character boundary. Bidirectional overrides are dropped.
pub fn one_line(text: &str, max_bytes: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max_bytes + 4));
    let mut gap = false;
    let mut rest = text;
    loop {
        // Most texts are plain for long, and can be taken over whole.
        let room = max_bytes.saturating_sub(line.len() + 1);
        let plain = plain_run(rest.split_at(rest.floor_char_boundary(room)).0);
        if plain > 0 {
            let (words, tail) = rest.split_at_checked(plain).unwrap_or((rest, ""));
            if gap && !line.is_empty() {
                line.push(' ');
            }
            gap = false;
            line.push_str(words);
            rest = tail;
        }
        let mut characters = rest.chars();
        let Some(c) = characters.next() else { return line };
        rest = characters.as_str();
        if is_override(c) {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            gap = true;
            continue;
        }
        if gap && !line.is_empty() {
            line.push(' ');
        }
        gap = false;
        if line.len() + c.len_utf8() > max_bytes {
            while line.len() > max_bytes.saturating_sub('…'.len_utf8()) {
                line.pop();
            }
            line.truncate(line.trim_end().len());
            line.push('…');
            return line;
        }
        line.push(c);
    }
}

/// How many bytes at the beginning of `text` are words with single spaces between them, without control characters and
/// without those that reorder text: folding white space changes nothing there.
pub(crate) fn plain_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    // Of the characters that begin with such a byte, few are special.
    let begins_special = |at: usize| {
        let may = bytes.get(at).is_some_and(|byte| may_be_special(*byte));
        may && text.get(at..).is_some_and(|rest| rest.starts_with(is_special))
    };
    // Up to `careful`, bytes are looked at one by one.
    let (mut at, mut careful) = (0, 1);
    while let Some(byte) = bytes.get(at) {
        if at >= careful {
            if bytes.get(at..).and_then(<[u8]>::first_chunk).is_some_and(is_plain) {
                at += CHUNK;
                continue;
            }
            careful = at + CHUNK;
        }
        let plain = IS_PLAIN[usize::from(*byte)]
            || match byte {
                b' ' => at > 0 && bytes.get(at + 1).is_some_and(|next| *next > b' ') && !begins_special(at + 1),
                byte => *byte > b' ' && !begins_special(at),
            };
        if !plain {
            break;
        }
        at += 1;
    }
    at
}

/// The bytes that are plain whatever follows them.
const IS_PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte < u8::MAX {
        byte += 1;
        plain[byte as usize] = !may_be_special(byte);
    }
    plain
};

/// How many bytes are looked at together: as many as every processor's register holds.
const CHUNK: usize = 16;

/// Whether all but the last of these bytes are words with single spaces between them. Written without a branch, so that
/// it becomes a few instructions for all of them.
#[expect(clippy::needless_bitwise_bool, reason = "a branch for each byte would be slower")]
#[inline]
fn is_plain(bytes: &[u8; CHUNK + 1]) -> bool {
    let [first, following @ ..] = bytes;
    let (mut byte, mut special) = (*first, false);
    for next in following {
        special |= (byte < b' ') | may_be_special(byte);
        special |= (byte == b' ') & ((*next <= b' ') | (*next >= 0x7F));
        byte = *next;
    }
    !special
}

/// Whether a character begins with `byte` in UTF-8 that [`is_special`], the first control characters left out.
#[expect(clippy::needless_bitwise_bool, reason = "a branch for each byte would be slower")]
#[inline]
const fn may_be_special(byte: u8) -> bool {
    (byte == 0x7F) | (byte == 0xC2) | (byte.wrapping_sub(0xE1) < 3)
}

fn is_special(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_override(c)
}

/// Whether `c` reorders the text around it (U+202A–202E, U+2066–2069): such characters can disguise a title.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_whatever_is_special_and_wherever_it_stands() {
        let by_characters = |text: &str| {
            let shown = text.chars().filter(|c| !is_override(*c)).map(|c| if is_special(c) { ' ' } else { c });
            shown.collect::<String>().split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        };
        let specials = [
            "", " ", "  ", "\n", "\u{1}", "\u{7F}", " \u{7F}", "\u{85}", " \u{A0}", "\u{2028}", "\u{202E}", " ’", "é",
            "、",
        ];
        for words in
            ["a harbour town awakes and all its boats put to sea", "港口小城 醒来了，所有的船又出海去了，没有人知道"]
        {
            for special in specials {
                for (at, _) in words.char_indices() {
                    let (before, after) = words.split_at(at);
                    let text = format!("{before}{special}{after}");
                    assert_eq!(one_line(&text, 1000), by_characters(&text), "{text:?}");
                    let plain = &text[..plain_run(&text)];
                    assert_eq!(plain, by_characters(plain), "{text:?}");
                    let short = one_line(&text, 20);
                    let start = short.trim_end_matches('…');
                    assert!(short.len() <= 20 && by_characters(&text).starts_with(start), "{text:?}: {short:?}");
                }
            }
        }
    }
}
