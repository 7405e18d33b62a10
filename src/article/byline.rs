//! Who wrote a story, as a reader sees it: a labelled name, a marked element, a byline, a reporter's signature.
//!
//! It refuses sentences behind a label, as in an interview, and leaves the cleaning of names to `normalise::person`.
//! An editor in charge is named only where nobody else is.

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;

use super::lines::Line;
use super::survey::Survey;
use crate::normalise::person;
use crate::page::document::{attribute, text};
use crate::selector;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

static AUTHOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:作\s{0,4}者|(?:^|[\s|｜丨/,，;；(（\]】>0-9日])(?:撰\s?文|撰\s?稿|本报记者|记\s?者|記\s?者|文\s?字|执\s?笔|发布人|发布者|发表人|楼主|署名|著者))\s*[:：/／丨|｜]\s*(.+)$",
    )
});
static AUTHOR_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\s{2,}|[|｜]|\s?(?:来\s*源|來\s*源|出\s*处|编\s*辑|編\s*輯|责任|責任|责编|发布|發布|发表|时间|時間|日期|浏览|瀏覽|阅读|閱讀|点击|點擊|评论|評論|字号|字体|字號|访问|人气|查看|打印|更新|关注|文章|摄影|等级|回复|加为|发短|出自|原创|楼主|摄|供图|视频|审核|校对|记者|通讯员|原文|原始链接)|[\s(（]*(?:19|20)[0-9][0-9]\s?[-/.年]|[\s(（][0-9]{1,2}:[0-9]{2}|[)）\]】。]",
    )
});
/// How a byline begins.
const BEFORE: [&str; 12] = ["By", "by", "BY", "Von", "Par", "Por", "Di", "Door", "Av", "Text:", "Autor:", "Author:"];
static BYLINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^(?:{})\s+(\p{{Lu}}[^|•·0-9]+)", BEFORE.join("|"))));
/// `记者 甲乙` in a line that holds a date, a source and counters.
static SPACED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s|｜/])(?:本报|本报讯|特约|见习|实习)?(?:记者|記者|撰文|通讯员)\s+([㐀-鿿]{2,4}(?:[、\s][㐀-鿿]{2,4})*)(?:\s|$|[|｜/])",
    )
});
/// "（记者 甲 乙）" in an agency's dateline or at the end of a story.
static REPORTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[(（][^()（）]{0,12}(?:记者|記者)[\s:：]*([㐀-鿿·、\s]+)[)）]"));
/// A whole line such as "某某日报记者 甲乙" or "记者 甲乙 某地报道".
static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:[㐀-鿿·\s]{0,16}[㐀-鿿·])?\s*(?:记者|記者)(?:\s*[/／:：]\s*|\s*)([㐀-鿿]{2,4}(?:[、\s]+[㐀-鿿]{2,4}){0,4}?)\s*(?:[/／].*|\s[㐀-鿿]{2,8}(?:报道|報導|摄|摄影))?\s*$",
    )
});
static EDITOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:责任编辑|責任編輯|责\s*编|编\s*辑)\s*[:：]\s*([㐀-鿿]{2,4}(?:[、，,\s]\s*[㐀-鿿]{2,4})?)\s*(?:[)）\]】]|$)",
    )
});

/// The names of the authors, as written, by the surest of the ways in which a page shows them.
pub(super) fn find(after: &[Line<'_>], before: &[Line<'_>], survey: &Survey<'_>) -> Vec<String> {
    let ways: [&dyn Fn() -> Option<Vec<String>>; 5] =
        [&|| labelled(after, before), &|| marked(survey), &|| byline(after, before), &|| reporters(survey), &|| {
            editor(survey)
        }];
    ways.iter()
        .find_map(|way| way().filter(|names| names.iter().any(|name| !person::names(name).is_empty())))
        .unwrap_or_default()
}

fn labelled(after: &[Line<'_>], before: &[Line<'_>]) -> Option<Vec<String>> {
    let near = after.iter().chain(before.iter().rev().take(4)).map(|line| line.text.as_str());
    // The labels are Chinese and Japanese.
    near.filter(|line| !line.is_ascii() && line.chars().count() <= 130).find_map(|line| {
        let spaced = SPACED.captures(line).and_then(|captures| captures.get(1));
        let colon = line.contains([':', '：', '/', '／', '丨', '|', '｜']);
        let named = spaced.or_else(|| AUTHOR.captures(line).filter(|_| colon)?.get(1))?;
        let name = named.as_str();
        let end = AUTHOR_END.find_iter(name).map(|end| end.start()).find(|&start| start > 0).unwrap_or(name.len());
        let name = name.get(..end)?.trim();
        let sentence = name.contains(['，', '。', '？', '！', '?', '!']);
        (!name.is_empty() && !sentence && name.chars().count() <= 30).then(|| vec![name.to_owned()])
    })
}

/// What the markup calls the author: links first, then elements whose class says so.
fn marked(survey: &Survey<'_>) -> Option<Vec<String>> {
    let links = selector!(
        "[rel~=author], a[href*='/author/'], a[href*='/authors/'], a[href*='/autor/'], a[href*='/autoren/'], a[href*='/auteur/']"
    );
    let classes = selector!(
        "[class*=byline] a, [class~=author], [class~=authors], [class*=author-name], [class*=author_name], \
         [class*=authorName], [class*=authorname], [class*=AuthorName], [class*=byline], [class*=Byline], \
         [itemprop~=author]"
    );
    // A selector costs more than a look at what it asks for.
    let may_lead = |link: &&ElementRef<'_>| {
        attribute(**link, "rel").is_some_and(names_author)
            || attribute(**link, "href").is_some_and(|href| href.contains("/aut"))
    };
    let linked = survey.anchors.iter().filter(may_lead).filter(|element| links.matches(element)).copied();
    let classed = survey.authors().filter(|element| classes.matches(element));
    linked.chain(classed).take(24).find_map(|element| {
        let names = people(element);
        let usable = names.iter().all(|name| (2..=80).contains(&name.chars().count()));
        (usable && names.iter().any(|name| !person::names(name).is_empty())).then_some(names)
    })
}

fn names_author(words: &str) -> bool {
    words.as_bytes().windows(6).any(|part| part.eq_ignore_ascii_case(b"author"))
}

/// The names in `element`: its parts where each of them is a full name, else its words.
fn people(element: ElementRef<'_>) -> Vec<String> {
    let parts: Vec<String> = element
        .select(selector!("a, span, li"))
        .filter(|part| part.select(selector!("a, span, li")).next().is_none())
        .take(12)
        .map(text)
        .filter(|part| !part.is_empty())
        .collect();
    let full_name = |part: &String| {
        let mut words = part.split(' ').peekable();
        (part.contains(' ') && words.all(|word| word.starts_with(char::is_uppercase)))
            && !part.contains(|c: char| c.is_ascii_digit())
    };
    if parts.len() > 1 && parts.iter().all(full_name) { parts } else { vec![text(element)] }
}

fn byline(after: &[Line<'_>], before: &[Line<'_>]) -> Option<Vec<String>> {
    let near = after.iter().chain(before.iter().rev().take(4)).take(12).map(|line| line.text.as_str());
    let begins = |line: &&str| BEFORE.iter().any(|word| line.starts_with(word));
    near.filter(begins)
        .filter(|line| line.chars().count() < 90)
        .find_map(|line| Some(vec![BYLINE.captures(line)?.get(1)?.as_str().trim().to_owned()]))
}

fn reporters(survey: &Survey<'_>) -> Option<Vec<String>> {
    let split = |names: &str| -> Vec<String> {
        let parts = names.split(|c: char| c == '、' || c.is_whitespace());
        parts.filter(|name| (2..=6).contains(&name.chars().count())).map(str::to_owned).collect()
    };
    let signed = survey.reporters.iter().filter(|piece| piece.chars().take(60).count() < 60);
    let in_brackets = survey.reporters.iter().filter_map(|piece| REPORTER.captures(piece));
    in_brackets
        .chain(signed.filter_map(|piece| SIGNATURE.captures(piece)))
        .filter_map(|captures| Some(split(captures.get(1)?.as_str())))
        .find(|names| !names.is_empty())
}

fn editor(survey: &Survey<'_>) -> Option<Vec<String>> {
    let lines = survey.lines.iter().map(|line| line.text.as_str());
    let short = lines.filter(|line| line.contains(['编', '編']) && line.chars().take(60).count() < 60);
    short.rev().find_map(|line| Some(vec![EDITOR.captures(line)?.get(1)?.as_str().to_owned()]))
}
