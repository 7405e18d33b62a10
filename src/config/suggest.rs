//! "Did you mean": the known word that is nearest to what was written.

/// The word of `known` that `written` is probably meant to be: one that differs in at most two letters (swapped
/// neighbours count once), or that begins alike. Case, `-` and `_` do not matter. Ties go to the first.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let written = fold(written);
    if written.is_empty() || written.len() > 64 {
        return None;
    }
    // In a short word two wrong letters leave nothing of it.
    let allowed = match written.len() {
        1..=2 => 0,
        3..=4 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, &str)> = None;
    for word in known {
        let folded = fold(word);
        let mut distance =
            if folded.len().abs_diff(written.len()) <= allowed { edit_distance(&written, &folded) } else { usize::MAX };
        let short = written.len().min(folded.len());
        if distance > allowed && short >= 3 && (folded.starts_with(&written) || written.starts_with(&folded)) {
            distance = allowed + 1;
        } else if distance > allowed {
            continue;
        }
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    best.map(|(_, word)| word)
}

fn fold(word: &str) -> Vec<char> {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words() {
        let known = ["max_entries", "max_age", "timezone", "title", "url", "css", "jsonld", "image"];
        for (written, meant) in [
            ("max_entires", Some("max_entries")),
            ("max-entries", Some("max_entries")),
            ("maxEntries", Some("max_entries")),
            ("timezon", Some("timezone")),
            ("time", Some("timezone")),
            ("titel", Some("title")),
            ("URL", Some("url")),
            ("ulr", Some("url")),
            ("images", Some("image")),
            ("xyz", None),
            ("", None),
            ("ur", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }
}
