//! Names of people: "By A, B and C" is three of them.
//!
//! Job titles, handles and addresses are dropped; agencies and newsrooms are names like any other. Steps: the words
//! before a name go, the text is split, each part is cleaned and judged, repetitions go.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::one_line;

/// The longest name kept, in characters.
const MAX_CHARS: usize = 60;
/// The most names of one story.
const MAX_NAMES: usize = 20;

static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^\s*(?:
            (?:written\ by|posted\ by|story\ by|words\ by|text\ by|reported\ by|published\ by|analysis\ by|by|von|vom|
               par|por|di|da|door|av|af|autor(?:in)?|author|text|texte|redaktion|przez|oleh)\s*[:：]?\s+
            |(?:author|authors|autor|autore|auteur|verfasser|byline|text|von|by|reporter)\s*[:：]\s*
            |(?:作\s*者|记\s*者|記\s*者|撰\s*文|撰\s*稿|文\s*字|文字记者|特约记者|特约撰稿|见习记者|實習記者|实习记者|
               通讯员|编\s*辑|編\s*輯|责任编辑|責任編輯|责\s*编|编\s*译|整\s*理|采\s*写|执\s*笔|本报记者|本報記者|
               发布人|发布者|发表人|著者|筆者|文)\s*(?:[:：/／丨|｜]|\s)\s*
            |(?:本报记者|本報記者|责任编辑|責任編輯|实习记者|特约记者|记者|記者|作者)\s*
        )",
    )
    .expect("a pattern of our own")
});
/// The commonest Chinese family names; more than four of five people have one of them.
const FAMILY_NAMES: &str = "王李张劉刘陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧\
    蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文伊樊";
/// Two Chinese names side by side, which need no more than a space or `&` between them.
static HAN_NAMES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[㐀-鿿]{2,4}(?:\s*[&＆\s]\s*[㐀-鿿]{2,4})+$").expect("a pattern of our own"));
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\s*(?:[,;、，；|｜/／•·\n]|\s&\s|\s(?:and|und|et|y|e|och|og|en|i|a)\s|\s{2,}|\s[-–—]\s)\s*")
        .expect("a pattern of our own")
});
/// "Ann Lee, in Politics, Europe" names the sections behind the author.
static SECTIONS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i),\s+(?:in|dans|en)\s+\p{Lu}.*$").expect("a pattern of our own"));
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:https?://|www\.)\S*").expect("a pattern of our own"));
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\s*(?:\(\s*@?[^)]*\)?|（[^）]*）?|\[[^\]]*\]?|@.*|https?://.*|\bfor\ .*|\bin\s+\p{Lu}.*|\s文$|\s记者$|\s報導$|\s报道$)\s*$").expect("a pattern of our own")
});

/// Words that make a part of a byline a job, not a name.
const JOBS: &[&str] = &[
    "editor",
    "reporter",
    "correspondent",
    "writer",
    "journalist",
    "columnist",
    "contributor",
    "producer",
    "director",
    "photographer",
    "columna",
    "redakteur",
    "redakteurin",
    "korrespondent",
    "korrespondentin",
    "autor",
    "autorin",
    "professor",
    "redactor",
    "redactora",
    "periodista",
    "journaliste",
    "redattore",
    "giornalista",
    "lecturer",
    "ceo",
    "analyst",
    "founder",
    "critic",
    "specialist",
    "manager",
    "staff",
    "fellow",
];

/// The names in `text`, in order, each once.
///
/// A job beside a name is dropped; where there is nothing but a job, such as "News staff", that is the name.
pub fn names(text: &str) -> Vec<String> {
    let text = one_line(text, 600);
    // First, since the slashes of an address would part it into names.
    let addressed = text.contains("://") || text.contains('.') && text.to_ascii_lowercase().contains("www.");
    let text = if addressed { ADDRESS.replace_all(&text, " ") } else { Cow::Borrowed(text.as_str()) };
    let text = BEFORE.replace(&text, "");
    let text = if text.contains(',') { SECTIONS.replace(&text, "") } else { Cow::Borrowed(&*text) };
    let parts: Vec<String> = BETWEEN.split(&text).filter_map(name).collect();
    let mut found = Vec::new();
    for part in parts.iter().filter(|part| !is_job(part)) {
        for name in han_names(part) {
            push(&mut found, name.to_owned());
        }
    }
    if let (true, [job]) = (found.is_empty(), parts.as_slice())
        && job.contains(' ')
    {
        push(&mut found, job.clone());
    }
    found
}

/// `part` taken apart where it is several Chinese names; a Japanese name also has a space inside.
fn han_names(part: &str) -> Vec<&str> {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '&' | '＆');
    let names: Vec<&str> = part.split(is_gap).filter(|name| !name.is_empty()).collect();
    let chinese = part.contains(['&', '＆']) || names.iter().all(|name| name.starts_with(|c| FAMILY_NAMES.contains(c)));
    if chinese && !part.is_ascii() && HAN_NAMES.is_match(part) { names } else { vec![part] }
}

/// Whether a part of a byline says what somebody does.
fn is_job(part: &str) -> bool {
    let lower = part.to_lowercase();
    let mut words = lower.split_whitespace();
    words.clone().count() > 1 && words.any(|word| JOBS.contains(&word)) || JOBS.contains(&lower.as_str())
}

/// Whether `name` has digits that no name has: a date, an address, a number; `r23` can be the name of an account.
fn has_foreign_digits(name: &str) -> bool {
    let account = name.starts_with(|c: char| c.is_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    name.contains(char::is_numeric) && !account
}

/// The names of several texts, one person or byline each.
pub fn all<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut found = Vec::new();
    for text in texts {
        for name in names(text) {
            push(&mut found, name);
        }
    }
    found
}

fn push(found: &mut Vec<String>, name: String) {
    let folded = name.to_lowercase();
    if found.len() < MAX_NAMES && !found.iter().any(|known| known.to_lowercase() == folded) {
        found.push(name);
    }
}

/// Whether `part` has what every alternative of [`BEHIND`] needs: a sign, a preposition, or a Chinese word.
fn may_have_more_behind(part: &str) -> bool {
    let prepositions = || {
        part.split(|c: char| !c.is_alphanumeric())
            .any(|word| word.len() <= 3 && { word.eq_ignore_ascii_case("in") || word.eq_ignore_ascii_case("for") })
    };
    !part.is_ascii() || part.contains(['(', '[', '@', ':']) || prepositions()
}

/// One part of a byline as a name, if it is one.
fn name(part: &str) -> Option<String> {
    let part = BEFORE.replace(part.trim(), "");
    let part = if may_have_more_behind(&part) { BEHIND.replace(&part, "") } else { part };
    let name = part.trim().trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ')' | '）' | '"' | '”'));
    let name = name.trim_end_matches([':', '：']).trim();
    let name = if name.chars().filter(|c| *c == '.').count() == 1 && !name.contains(' ') && !name.contains("..") {
        name
    } else {
        name.trim_end_matches("..")
    };
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let refused = letters < 2
        || name.chars().count() > MAX_CHARS
        || has_foreign_digits(name)
        || name.contains(['@', '=', '<', '>', '{', '}'])
        || words.len() > 8
        || matches!(
            lower.as_str(),
            "null"
                | "undefined"
                | "none"
                | "unknown"
                | "admin"
                | "administrator"
                | "author"
                | "n/a"
                | "anonymous"
                | "by"
                | "authors"
                | "autoren"
                | "博客"
                | "论坛"
                | "首页"
                | "更多"
                | "关注"
                | "作者"
                | "记者"
                | "编辑"
                | "匿名"
                | "佚名"
                | "网友"
                | "管理员"
                | "未知"
                | "不详"
                | "本站"
                | "原创"
                | "转载"
        );
    (!refused).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines_are_split_into_people() {
        let cases: &[(&str, &[&str])] = &[
            ("By Ann Lee, Bob Ray and Cy Young", &["Ann Lee", "Bob Ray", "Cy Young"]),
            ("Von Ann Lee und Bob Ray", &["Ann Lee", "Bob Ray"]),
            ("par Anne Dé", &["Anne Dé"]),
            ("作者：王小明", &["王小明"]),
            ("记者 张三、李四", &["张三", "李四"]),
            ("责任编辑：赵五", &["赵五"]),
            ("Ann Lee, Senior Political Editor", &["Ann Lee"]),
            ("Ann Lee (@annlee)", &["Ann Lee"]),
            ("https://www.facebook.example/ann", &[]),
            ("By Ann Lee, in News, Portugal · Business", &["Ann Lee"]),
            ("By Ann Lee https://people.example/ann/lee", &["Ann Lee"]),
            ("Associated Press", &["Associated Press"]),
            ("By", &[]),
            ("Ann Lee, ann lee", &["Ann Lee"]),
            ("Bystander News", &["Bystander News"]),
            ("Ann Lee, 9 May", &["Ann Lee"]),
            ("Ann Lee, 2024-05-09 10:00", &["Ann Lee"]),
            ("size=20", &[]),
            ("user23", &["user23"]),
            ("宋甲 杨乙丙", &["宋甲", "杨乙丙"]),
            ("甲乙丙&丁戊己", &["甲乙丙", "丁戊己"]),
            ("Example News Staff", &["Example News Staff"]),
            ("Editor", &[]),
            ("大山 花子", &["大山 花子"]),
        ];
        for (text, wanted) in cases {
            assert_eq!(names(text), *wanted, "{text}");
        }
    }
}
