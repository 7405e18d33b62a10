//! Language tags.

/// How much of a text is looked at, in characters.
pub const LOOKED_AT: usize = 4_000;

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

/// The language of a text: as the page declares it where its letters allow that, else as detected, where the detector
/// is sure. Templates often declare the language of those who made them.
pub fn settle(declared: Option<&str>, text: Option<&str>) -> Option<String> {
    let declared = declared.and_then(tag);
    match (declared, text) {
        (Some(declared), Some(text)) if !fits(&declared, text) => detect(text),
        (Some(declared), _) => Some(declared),
        (None, text) => detect(text?),
    }
}

/// The scripts that can be told by their letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Devanagari,
    Thai,
    Hangul,
    Kana,
    Han,
}

fn script(c: char) -> Option<Script> {
    Some(match c {
        'A'..='Z' | 'a'..='z' | 'À'..='ɏ' | 'Ḁ'..='ỿ' => Script::Latin,
        'Ͱ'..='Ͽ' => Script::Greek,
        'Ѐ'..='ԯ' => Script::Cyrillic,
        '\u{590}'..='\u{5FF}' => Script::Hebrew,
        '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' => Script::Arabic,
        '\u{900}'..='\u{97F}' => Script::Devanagari,
        '\u{E00}'..='\u{E7F}' => Script::Thai,
        '\u{3040}'..='\u{30FF}' => Script::Kana,
        '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7AF}' => Script::Hangul,
        '\u{3400}'..='\u{9FFF}' => Script::Han,
        _ => return None,
    })
}

/// Whether most letters of `text` are such as the language `tag` is written with; a language or a script that is not
/// known fits.
fn fits(tag: &str, text: &str) -> bool {
    let mut parts = tag.split('-');
    let written: &[Script] = match parts.next().unwrap_or_default() {
        "zh" | "yue" => &[Script::Han],
        "ja" => &[Script::Han, Script::Kana],
        "ko" => &[Script::Hangul, Script::Han],
        "ru" | "uk" | "bg" | "be" | "mk" => &[Script::Cyrillic],
        "el" => &[Script::Greek],
        "ar" | "fa" | "ur" => &[Script::Arabic],
        "he" => &[Script::Hebrew],
        "hi" | "mr" | "ne" => &[Script::Devanagari],
        "th" => &[Script::Thai],
        "en" | "de" | "fr" | "es" | "it" | "pt" | "nl" | "sv" | "da" | "nb" | "no" | "nn" | "fi" | "pl" | "cs"
        | "sk" | "hu" | "ro" | "tr" | "vi" | "id" | "ms" | "ca" | "hr" | "sl" | "et" | "lv" | "lt" | "is" | "ga"
        | "cy" | "eu" | "gl" => &[Script::Latin],
        _ => return true,
    };
    if parts.next().is_some_and(|script| script.len() == 4) {
        return true;
    }
    let (mut letters, mut own, mut ascii) = (0, 0, 0);
    for c in text.chars().take(LOOKED_AT) {
        if c.is_ascii() {
            ascii += usize::from(c.is_ascii_alphabetic());
        } else if let Some(script) = script(c) {
            letters += 1;
            own += usize::from(written.contains(&script));
        }
    }
    letters += ascii;
    own += if written.contains(&Script::Latin) { ascii } else { 0 };
    letters < 60 || own * 4 >= letters
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
    fn a_declared_language_has_to_fit_the_letters() {
        let chinese = "中国领导人定于周三在参加峰会期间举行会谈，进一步深化合作。".repeat(4);
        let russian = "Новый мост через реку открыли в понедельник утром, и на нём сразу собрались рыбаки. ".repeat(3);
        let german =
            "Die neue Brücke über den Fluss wurde am Montag eröffnet, und sofort standen dort die Angler. ".repeat(3);
        for (declared, text, wanted) in [
            (Some("en"), chinese.as_str(), Some("zh")),
            (Some("zh_TW"), chinese.as_str(), Some("zh-TW")),
            (Some("en-US"), &russian, Some("ru")),
            (Some("de"), &german, Some("de")),
            (Some("en"), &german, Some("en")),
            (Some("sr"), &german, Some("sr")),
            (Some("zh-Latn"), &german, Some("zh-Latn")),
            (Some("zh"), "OK", Some("zh")),
            (None, &german, Some("de")),
            (None, "OK", None),
            (Some("english"), &german, Some("de")),
        ] {
            assert_eq!(settle(declared, Some(text)).as_deref(), wanted, "{declared:?}");
        }
        assert_eq!(settle(Some("fr"), None).as_deref(), Some("fr"));
    }

    #[test]
    fn a_short_doubtful_text_has_no_language() {
        assert_eq!(detect("ok"), None);
        assert_eq!(detect("中国领导人定于周三在参加峰会期间举行会谈，进一步深化合作。").as_deref(), Some("zh"));
    }
}
