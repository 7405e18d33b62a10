//! Language tags.

/// `written` as a BCP 47 tag (`zh-CN` of `zh_cn`), if it looks like one.
pub fn tag(written: &str) -> Option<String> {
    let first = written.split([',', ';', ' ']).next().unwrap_or_default().replace('_', "-");
    let mut parts = first.split('-').filter(|part| !part.is_empty());
    let primary = parts.next()?.to_ascii_lowercase();
    if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let mut tag = primary;
    for part in parts {
        if part.len() > 8 || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            break;
        }
        tag.push('-');
        match part.len() {
            2 => tag.push_str(&part.to_ascii_uppercase()),
            4 if part.bytes().all(|b| b.is_ascii_alphabetic()) => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(tag)
}

/// The language of `text` as a two-letter tag, where the detector is sure.
pub fn detect(text: &str) -> Option<String> {
    let sample: String = text.chars().take(2000).collect();
    let info = whatlang::detect(&sample).filter(whatlang::Info::is_reliable)?;
    let tag = match info.lang() {
        whatlang::Lang::Cmn => "zh",
        whatlang::Lang::Eng => "en",
        whatlang::Lang::Deu => "de",
        whatlang::Lang::Fra => "fr",
        whatlang::Lang::Spa => "es",
        whatlang::Lang::Por => "pt",
        whatlang::Lang::Ita => "it",
        whatlang::Lang::Nld => "nl",
        whatlang::Lang::Rus => "ru",
        whatlang::Lang::Ukr => "uk",
        whatlang::Lang::Pol => "pl",
        whatlang::Lang::Ces => "cs",
        whatlang::Lang::Slk => "sk",
        whatlang::Lang::Slv => "sl",
        whatlang::Lang::Hun => "hu",
        whatlang::Lang::Ron => "ro",
        whatlang::Lang::Bul => "bg",
        whatlang::Lang::Ell => "el",
        whatlang::Lang::Tur => "tr",
        whatlang::Lang::Ara => "ar",
        whatlang::Lang::Heb => "he",
        whatlang::Lang::Pes => "fa",
        whatlang::Lang::Hin => "hi",
        whatlang::Lang::Jpn => "ja",
        whatlang::Lang::Kor => "ko",
        whatlang::Lang::Vie => "vi",
        whatlang::Lang::Tha => "th",
        whatlang::Lang::Ind => "id",
        whatlang::Lang::Swe => "sv",
        whatlang::Lang::Dan => "da",
        whatlang::Lang::Nob => "nb",
        whatlang::Lang::Fin => "fi",
        whatlang::Lang::Est => "et",
        whatlang::Lang::Lav => "lv",
        whatlang::Lang::Lit => "lt",
        whatlang::Lang::Cat => "ca",
        whatlang::Lang::Hrv => "hr",
        whatlang::Lang::Srp => "sr",
        _ => return None,
    };
    Some(tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_bcp_47() {
        for (written, wanted) in [
            ("zh_cn", Some("zh-CN")),
            ("EN", Some("en")),
            ("de-AT, en", Some("de-AT")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("english", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(tag(written).as_deref(), wanted, "{written}");
        }
    }

    #[test]
    fn a_short_doubtful_text_has_no_language() {
        assert_eq!(detect("ok"), None);
        assert_eq!(detect("中国领导人定于周三在参加峰会期间举行会谈，进一步深化合作。").as_deref(), Some("zh"));
    }
}
