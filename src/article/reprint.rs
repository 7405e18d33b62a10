//! The publication that a story was reprinted from, as a line near the headline names it: `来源：…`, `Quelle: …`.
//!
//! It refuses names that are longer than names are, and labels without one.

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;
use url::Url;

use super::lines::Line;
use super::survey::Survey;
use crate::page::Document;
use crate::page::document::{attribute, text};
use crate::selector;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

static SOURCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s|｜丨/,，;；)）\]】>0-9日])(?:文章来源|文章來源|信息来源|新闻来源|稿件来源|消息来源|来\s*源|來\s*源|稿\s*源|来源于|來源於|转载于|转载自|轉載自|转自|摘自|出\s*处|出\s*處|出典|引用元|提供元|출처|источник|źródło|kilde|källa|bron|kaynak|zdroj|forrás|lähde|المصدر|quelle|source|fonte|fuente)\s*[:：]\s*(.*)$",
    )
});
/// What stands in a marked element instead of a name.
static LABEL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:发布|發布|发表|时间|時間|日期|作者|编辑|浏览|阅读|来源|來源|source|quelle)"));
static SOURCE_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\s{2,}|[|｜丨]|\s?(?:原文链接|原文連結|原文鏈接|查看原文|阅读原文|评论|評論|作\s*者|编\s*辑|編\s*輯|责任|責任|责编|记\s*者|記者|发布|發布|时间|時間|日期|浏览|瀏覽|阅读|閱讀|点击|點擊|字号|字體|字体|字號|大中小|访问|人气|查看|打印|分享|我要|已有|更新|收藏|参与|手机|次数|关注|来源地址|举报|跟贴|订阅)|[\s(（]*(?:19|20)[0-9][0-9]\s?[-/.年]|[\s(（]+[0-9]{1,2}:[0-9]{2}|[)）\]】]\s*$",
    )
});

/// The publication and the address of the original, if the page names them.
pub(super) fn find(
    after: &[Line<'_>],
    before: &[Line<'_>],
    survey: &Survey<'_>,
    document: &Document,
) -> (Option<String>, Option<Url>) {
    match labelled(after, before, document) {
        Some((name, url)) => (Some(name), url),
        None => (marked(survey).or_else(|| account(survey)).or_else(|| box_of_source(survey)), None),
    }
}

/// The source line; a label whose name stands in the next line counts too.
fn labelled(after: &[Line<'_>], before: &[Line<'_>], document: &Document) -> Option<(String, Option<Url>)> {
    let last = before.len().saturating_sub(4);
    let near = || after.iter().chain(before.get(last..).unwrap_or_default());
    for (at, line) in near().enumerate() {
        if !line.text.contains([':', '：']) || line.text.chars().count() > 130 {
            continue;
        }
        let Some(captures) = SOURCE.captures(&line.text) else { continue };
        let mut name = captures.get(1).map_or("", |name| name.as_str()).trim();
        if name.is_empty() {
            name = near().nth(at + 1).map_or("", |next| next.text.as_str());
        }
        let name = publication(name);
        if name.is_empty() || name.chars().count() > 40 {
            continue;
        }
        return Some((name.to_owned(), original(line.block, name, document)));
    }
    None
}

/// `text` up to the next label.
fn publication(text: &str) -> &str {
    let text =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '《' | '【' | '[' | '“'));
    let end = SOURCE_END.find_iter(text).map(|end| end.start()).find(|&start| start > 0).unwrap_or(text.len());
    let name = text.get(..end).unwrap_or(text);
    name.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '《' | '》'
                    | '【'
                    | '】'
                    | '['
                    | ']'
                    | '“'
                    | '”'
                    | '"'
                    | ','
                    | '，'
                    | '。'
                    | ';'
                    | '；'
                    | '-'
                    | '—'
                    | '('
                    | '（'
                    | '/'
            )
    })
}

/// The link to the original in or beside `block`: around the name, or called "original".
fn original(block: ElementRef<'_>, name: &str, document: &Document) -> Option<Url> {
    let outer = block.parent().and_then(ElementRef::wrap);
    for scope in [Some(block), outer].into_iter().flatten() {
        let mut named = None;
        for link in scope.select(selector!("a[href]")).take(30) {
            let words = text(link);
            let says_original =
                ["原文链接", "原文連結", "原文鏈接", "阅读原文", "閱讀原文", "查看原文", "原文", "original"]
                    .iter()
                    .any(|word| words.eq_ignore_ascii_case(word) || words.contains("原文链接"));
            let address = || link.attr("href").and_then(|href| document.resolve(href));
            if says_original && let Some(url) = address() {
                return Some(url);
            }
            if named.is_none() && words == name {
                named = address();
            }
        }
        if named.is_some() {
            return named;
        }
    }
    None
}

/// An element that calls itself the source, without a label.
fn marked(survey: &Survey<'_>) -> Option<String> {
    survey.marked.iter().take(200).map(|marked| marked.element).find_map(|element| {
        let own = [attribute(element, "id"), attribute(element, "class")].into_iter().flatten();
        let fitting = own.flat_map(|names| names.split([' ', '-', '_'])).any(|word| {
            ["source", "sources", "laiyuan", "newssource", "articlesource", "postsource", "infosource", "ne"]
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
        });
        if !fitting || element.select(selector!("img, li, p")).next().is_some() {
            return None;
        }
        let words = text(element);
        let words = SOURCE.captures(&words).and_then(|c| Some(c.get(1)?.as_str().to_owned())).unwrap_or(words);
        let name = publication(&words);
        let sentence = name.contains(['。', ',', '，', '?', '？']) || name.chars().any(|c| c.is_ascii_digit());
        let is_name = (2..=24).contains(&name.chars().count()) && !sentence && !LABEL.is_match(name);
        is_name.then(|| name.to_owned())
    })
}

/// The name in the box of a platform's account: beside it stands what calls itself the source and names nobody.
fn box_of_source(survey: &Survey<'_>) -> Option<String> {
    let nameless = selector!("[class~=article-source], [class~=news-source], [class~=source-info]");
    let name = selector!("[class~=author-name], [class~=account-name], [class~=media-name], [class~=user-name]");
    let beside = survey.sources().filter(|element| nameless.matches(element)).find_map(|element| {
        let outer = element.parent().and_then(ElementRef::wrap)?;
        outer.select(name).next().map(text)
    })?;
    (2..=24).contains(&beside.chars().count()).then_some(beside)
}

/// The account that published a story on a platform of many accounts.
fn account(survey: &Survey<'_>) -> Option<String> {
    let names = selector!("#js_name, [class~=profile_nickname], [class~=account_nickname], [class~=account-nickname]");
    let name = survey.sources().find(|element| names.matches(element)).map(text)?;
    (2..=30).contains(&name.chars().count()).then_some(name)
}
