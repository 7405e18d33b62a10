//! Words: titles without furniture, summaries, folded white space.

use crate::model::plain_run;

/// Markers that news sites in Chinese, Japanese and Korean put behind a headline to say that there are pictures or a
/// film, in half-width or full-width brackets.
const MARKERS: &[&str] = &[
    "组图",
    "組圖",
    "图",
    "圖",
    "多图",
    "多圖",
    "图集",
    "圖集",
    "高清组图",
    "视频",
    "視頻",
    "影片",
    "附图",
    "附圖",
    "写真",
    "動画",
    "동영상",
    "포토",
    "영상",
];

/// `title` without a gallery marker such as `(组图)` at its end.
pub fn without_marker(title: &str) -> &str {
    let trimmed = title.trim_end();
    for (open, close) in [('(', ')'), ('（', '）'), ('[', ']'), ('【', '】'), ('［', '］')] {
        let Some(inner) = trimmed.strip_suffix(close) else { continue };
        if let Some((before, marker)) = inner.rsplit_once(open)
            && marker.split(['/', '、', '+', ' ', '|']).all(|part| MARKERS.contains(&part))
            && !before.trim().is_empty()
        {
            return before.trim_end();
        }
    }
    trimmed
}

/// `title` without the name of the site behind a separator at its end, or before one at its start.
///
/// `site` is the name the page gives itself; without it nothing is cut, since the words may belong to the headline.
pub fn without_site_name<'a>(title: &'a str, site: &str) -> &'a str {
    const SEPARATORS: [&str; 11] = [" | ", " - ", " – ", " — ", " · ", " :: ", " » ", "_", "|", " • ", "-"];
    let site = site.trim();
    if site.is_empty() {
        return title;
    }
    let same = |part: &str| {
        let (part, site) = (part.trim().to_lowercase(), site.to_lowercase());
        part == site
    };
    for separator in SEPARATORS {
        if let Some((head, tail)) = title.rsplit_once(separator)
            && same(tail)
            && !head.trim().is_empty()
        {
            return head.trim();
        }
        if let Some((head, tail)) = title.split_once(separator)
            && same(head)
            && !tail.trim().is_empty()
        {
            return tail.trim();
        }
    }
    title
}

/// How many bytes are looked at together: as many as every processor's register holds.
const CHUNK: usize = 16;

/// How many bytes at the beginning of `text` are none that `is_special` takes; it should answer without a branch, so that
/// it becomes a few instructions for many bytes.
#[inline]
pub(crate) fn run_without(text: &str, is_special: impl Fn(u8) -> bool) -> usize {
    let (chunks, _) = text.as_bytes().as_chunks::<CHUNK>();
    let is_plain = |chunk: &&[u8; CHUNK]| !chunk.iter().fold(false, |found, byte| found | is_special(*byte));
    let whole = chunks.iter().take_while(is_plain).count() * CHUNK;
    let rest = text.as_bytes().get(whole..).unwrap_or_default();
    whole + rest.iter().take_while(|byte| !is_special(**byte)).count()
}

/// How many characters of `text` are no white space.
pub(crate) fn visible_length(text: &str) -> usize {
    if text.is_ascii() {
        return text.len() - text.bytes().filter(|byte| is_space(*byte)).count();
    }
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Whether [`char::is_whitespace`] takes this one of ASCII; without a branch.
#[inline]
pub(crate) fn is_space(byte: u8) -> bool {
    (byte == b' ') | (byte.wrapping_sub(b'\t') < 5)
}

/// `text` in lower case, as [`str::to_lowercase`] has it: texts are mostly ASCII, but seldom all of it.
pub(crate) fn lower(text: &str) -> String {
    // What becomes of this one depends on its place.
    if text.contains('Σ') {
        return text.to_lowercase();
    }
    lowered(text, u8::is_ascii, |_| true)
}

/// The letters and digits of `text` in lower case, for comparisons.
pub(crate) fn letters(text: &str) -> String {
    lowered(text, u8::is_ascii_alphanumeric, char::is_alphanumeric)
}

/// What `is_kept` keeps of `text`, in lower case; what `is_plain` takes is kept, too, and copied whole.
fn lowered(text: &str, is_plain: impl Fn(&u8) -> bool, is_kept: impl Fn(char) -> bool) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let run = rest.bytes().position(|byte| !is_plain(&byte)).unwrap_or(rest.len());
        let (run, tail) = rest.split_at_checked(run).unwrap_or((rest, ""));
        lower.push_str(run);
        let mut characters = tail.chars();
        let Some(c) = characters.next() else { break };
        if is_kept(c) {
            lower.extend(c.to_lowercase());
        }
        rest = characters.as_str();
    }
    lower.make_ascii_lowercase();
    lower
}

/// Appends `piece` with its white space folded into single spaces; a line that ends takes no space behind it.
pub fn push_folded(out: &mut String, piece: &str) {
    out.reserve(piece.len());
    // Much of a page is white space between its tags.
    let mut rest = piece.trim_ascii_start();
    if rest.len() < piece.len() && out.as_bytes().last().is_some_and(|last| !matches!(last, b' ' | b'\n')) {
        out.push(' ');
    }
    while let Some((words, tail)) = rest.split_at_checked(plain_run(rest)) {
        out.push_str(words);
        let mut characters = tail.chars();
        let Some(c) = characters.next() else { break };
        if !c.is_whitespace() {
            out.push(c);
            rest = characters.as_str();
            continue;
        }
        if out.as_bytes().last().is_some_and(|last| !matches!(last, b' ' | b'\n')) {
            out.push(' ');
        }
        rest = characters.as_str().trim_ascii_start();
    }
}

/// The same as that of [`u8`], without a branch, for many bytes at once.
#[inline]
fn is_alphanumeric(byte: u8) -> bool {
    ((byte | b' ').wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10)
}

/// Letters and digits of `text`; one of Chinese, Japanese or Korean says as much as two others.
pub(crate) fn weight(text: &str) -> usize {
    let of = |c: char| match c {
        c if c.is_ascii() => usize::from(c.is_ascii_alphanumeric()),
        c if !c.is_alphanumeric() => 0,
        c if c as u32 >= 0x2E80 => 2,
        _ => 1,
    };
    if text.is_ascii() {
        return text.bytes().map(|byte| usize::from(is_alphanumeric(byte))).sum();
    }
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gallery_markers_go_and_other_brackets_stay() {
        for (title, wanted) in [
            ("墨尔本下雪了(组图)", "墨尔本下雪了"),
            ("墨尔本下雪了（视频/组图） ", "墨尔本下雪了"),
            ("A title (2024)", "A title (2024)"),
            ("(组图)", "(组图)"),
            ("何时(图", "何时(图"),
        ] {
            assert_eq!(without_marker(title), wanted);
        }
    }

    #[test]
    fn lower_case_is_that_of_the_standard_library() {
        for text in
            ["", "ABC", "Ärger in der ÖBB", "ΟΔΥΣΣΕΥΣ", "İstanbul", "K", "ǅ", "“Quoted” – AND ’s", "上海 SHANGHAI"]
        {
            assert_eq!(lower(text), text.to_lowercase());
        }
    }

    #[test]
    fn letters_are_compared_without_what_stands_between_them() {
        assert_eq!(letters("“It’s 5 o’clock”, İ said – ΟΔΟΣ 上海!"), "its5oclocki\u{307}saidοδοσ上海");
    }

    #[test]
    fn the_site_name_goes_only_where_it_is_known() {
        assert_eq!(without_site_name("A story | The Daily", "The Daily"), "A story");
        assert_eq!(without_site_name("The Daily - A story", "the daily"), "A story");
        assert_eq!(without_site_name("A story | part two", "The Daily"), "A story | part two");
        assert_eq!(without_site_name("墨尔本新闻_今日", "今日"), "墨尔本新闻");
        assert_eq!(without_site_name("The Daily", "The Daily"), "The Daily");
    }
}
