//! How the texts begin that a pattern of ours matches, so that few texts are given to it.
//!
//! To ask a pattern of a short text takes longer than to see that the text begins with two letters with which none of
//! its words does. Texts that begin in other scripts, or with a digit, are never turned away.

/// Two letters of ASCII each; a bit for the second in the number of the first.
pub(super) struct Beginnings([u32; 26]);

impl Beginnings {
    /// `pairs` are in lower case, with a space between them.
    pub(super) const fn of(pairs: &str) -> Self {
        let pairs = pairs.as_bytes();
        let mut table = [0; 26];
        let mut at = 0;
        while at + 1 < pairs.len() {
            table[(pairs[at] - b'a') as usize] |= 1 << (pairs[at + 1] - b'a');
            at += 3;
        }
        Self(table)
    }

    /// Whether the first letters of `text`, signs in front of them aside, are one of the pairs, or none of ASCII.
    pub(super) fn may_begin(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let first = bytes.iter().position(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        let Some([first, second]) = first.and_then(|at| bytes.get(at..at + 2)) else { return true };
        let number = |letter: &u8| letter.is_ascii_alphabetic().then(|| letter.to_ascii_lowercase() - b'a');
        let (Some(first), Some(second)) = (number(first), number(second)) else { return true };
        self.0.get(usize::from(first)).is_some_and(|seconds| (seconds >> second) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use regex_syntax::hir::literal::{ExtractKind, Extractor};
    use regex_syntax::hir::{Hir, HirKind};

    use super::*;

    impl Beginnings {
        /// Proves that each text which `pattern` matches may begin, and that no pair is there without need.
        ///
        /// The pattern is a row of signs, one group of words, and signs again.
        pub(crate) fn prove(&self, pattern: &Regex) {
            let whole = regex_syntax::parse(pattern.as_str()).unwrap();
            let HirKind::Concat(parts) = whole.kind() else { panic!("no row of parts") };
            let words = parts.iter().find_map(group).unwrap();
            let mut extractor = Extractor::new();
            extractor.kind(ExtractKind::Prefix).limit_class(2_000).limit_literal_len(2).limit_total(1_000_000);
            let found = extractor.extract(words);
            let mut needed: Vec<&str> = Vec::new();
            for literal in found.literals().expect("beginnings that can be counted") {
                let bytes = literal.as_bytes();
                if bytes.iter().all(u8::is_ascii_alphabetic) {
                    assert_eq!(bytes.len(), 2, "a word of one letter: {literal:?}");
                    needed.push(str::from_utf8(bytes).unwrap());
                }
                assert!(!bytes.is_empty(), "a word that may be empty");
            }
            let mut pairs: Vec<String> = needed.iter().map(|pair| pair.to_ascii_lowercase()).collect();
            pairs.sort();
            pairs.dedup();
            assert_eq!(Self::of(&pairs.join(" ")).0, self.0, "the pairs are: {}", pairs.join(" "));
        }
    }

    fn group(part: &Hir) -> Option<&Hir> {
        match part.kind() {
            HirKind::Capture(capture) => Some(&capture.sub),
            HirKind::Repetition(repetition) => group(&repetition.sub),
            _ => None,
        }
    }

    #[test]
    fn only_letters_of_ascii_turn_a_text_away() {
        let known = Beginnings::of("mo re");
        for text in ["More", "» read", "reef", "", "…", "m", "7 days", "m.", "é", "mé", "x日", "12"] {
            assert!(known.may_begin(text), "{text}");
        }
        for text in ["oRe", "(xx)", "_ab", "Some more"] {
            assert!(!known.may_begin(text), "{text}");
        }
    }
}
