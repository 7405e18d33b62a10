//! What a reader sees around the headline: date, source line, byline, number of comments.
//!
//! It refuses to look into the body and into lists of other stories: only short lines near the headline count.

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;
use url::Url;

use super::lines::{Line, lines, near_headline};
use super::testimony::Testimony;
use crate::page::{Document, document::text};
use crate::selector;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi)
        (?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?
            (?:\s*[(（]?(?:星期|周|週)?[一二三四五六日天月火水木金土]?[)）]?\s*T?\s*(?:上午|下午|晚上|凌晨|早上|午前|午後|오전|오후)?\s*\d{1,2}\s?[:：时時点h]\s?\d{1,2}分?(?:\s?:\s?\d{2}秒?)?(?:\s?(?:am|pm|z|utc|gmt|[+-]\d\d:?\d\d))?)?
        |[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日
        |\d{1,2}月\d{1,2}日(?:\s*\d{1,2}[:：时時]\d{2}分?)?
        |\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:(?:19|20)\d\d|\d\d)\b(?:[,\s–|·-]*(?:um|at|às|à|alle|ore|o)?\s*\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?(?:am|pm|uhr))?)?
        |\d{1,2}(?:st|nd|rd|th|er|\.|º)?\s+(?:de\s+|of\s+)?\p{L}{3,12}\.?,?\s+(?:de\s+|del\s+)?(?:19|20)\d\d(?:[,\s–|·-]*(?:um|at|às|à|alle|ore|о|в|a\s+las|klo|kl\.?)?\s*\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?(?:[ap]\.?m\.?|uhr|h|[A-Z]{2,4}))?)?
        |(?:\p{L}{3,12}\.?)\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?:[,\s–|·-]*(?:at)?\s*\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?(?:\s?[A-Z]{2,4}\b)?)?
        |\d{1,2}\s*(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?)\s+ago
        |(?:vor|il\s+y\s+a|hace)\s+\d{1,2}\s+\p{L}+
        |\d{1,2}\s?(?:秒|分钟|分鐘|小时|小時|天|日|分|時間|시간|분)\s?(?:之前|以前|前|전)
        |(?:今天|昨天|前天|今日|昨日|yesterday|today|gestern|heute)[,\s]*(?:um|at)?\s*\d{1,2}[:：]\d{2}",
    )
});
static EVENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)copyright|©|版权|版權|备案|备\d|備案|all rights|deadline|截止|updated?:?\s*$|modified|aktualisiert|更新[:：]?\s*$|mis à jour",
    )
});
static UPDATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:updated|modified|aktualisiert|更新(?:时间|時間|日時)?|mis à jour|actualizado|atualizado|aggiornato)[^\d]{0,12}$",
    )
});
static SOURCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s|｜丨/,，;；)）\]】>\d日])(?:文章来源|文章來源|信息来源|新闻来源|稿件来源|消息来源|来\s*源|來\s*源|稿\s*源|转载自|轉載自|转自|摘自|出\s*处|出\s*處|quelle|source|fonte|fuente)\s*[:：]\s*(.*)$",
    )
});
static SOURCE_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\s{2,}|[|｜丨]|\s?(?:原文链接|原文連結|原文鏈接|查看原文|阅读原文|评论|評論|作\s*者|编\s*辑|編\s*輯|责任|責任|责编|记\s*者|記者|发布|發布|时间|時間|日期|浏览|瀏覽|阅读|閱讀|点击|點擊|字号|字體|字体|字號|大中小|访问|人气|查看|打印|分享|我要|已有|更新|收藏|参与|手机|次数|关注|来源地址)|[\s(（]*(?:19|20)\d\d\s?[-/.年]|[\s(（]+\d{1,2}:\d{2}|[)）\]】]\s*$",
    )
});
static AUTHOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s|｜丨/,，;；(（\]】>\d日])(?:作\s{0,4}者|撰\s?文|撰\s?稿|本报记者|记\s?者|記\s?者|文\s?字|执\s?笔|发布人|发布者|发表人|楼主|署名|著者|执笔)\s*[:：/／丨|｜]\s*(.{1,60})$",
    )
});
static AUTHOR_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\s{2,}|[|｜]|\s?(?:来\s*源|來\s*源|出\s*处|编\s*辑|編\s*輯|责任|責任|责编|发布|發布|发表|时间|時間|日期|浏览|瀏覽|阅读|閱讀|点击|點擊|评论|評論|字号|字体|字號|访问|人气|查看|打印|更新|关注|文章|摄影|等级|回复|加为|发短)|[\s(（]*(?:19|20)\d\d\s?[-/.年]|[\s(（]\d{1,2}:\d{2}|[)）\]】。]",
    )
});
static BYLINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:By|by|BY|Von|Par|Por|Di|Door|Av|Text:|Autor:|Author:)\s+(\p{Lu}[^|•·\d]{2,70})"));
static COMMENTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:评论|評論|コメント|comments?|kommentare?|commentaires?|comentarios|跟贴|回复|留言)\s*[:：]?\s*[(（\[]?\s*(\d{1,6})\s*[)）\]条條]?|(\d{1,6})\s*(?:条|條|则|則|件の)?\s*(?:评论|評論|留言|コメント|comments?\b|kommentare?\b|commentaires?\b|comentarios\b|reacties\b)",
    )
});

/// Reads the lines around the headline, which is `title` as far as it is known.
pub(super) fn testify(document: &Document, title: Option<&str>) -> Testimony {
    let lines = lines(document);
    let (after, before) = near_headline(&lines, title);
    let mut testimony = Testimony::default();
    dates(after, before, &mut testimony);
    if let Some((name, url)) = source(after, before, document) {
        testimony.source_name = Some(name);
        testimony.source_url = url;
    }
    if testimony.source_name.is_none() {
        testimony.source_name = marked_source(document);
    }
    testimony.authors = authors(after, before, &lines, document);
    comments(after, document, &mut testimony);
    testimony
}

fn dates(after: &[Line<'_>], before: &[Line<'_>], testimony: &mut Testimony) {
    let usual = after.iter().take(14).chain(before.iter().rev().take(5)).chain(after.iter().skip(14));
    for line in usual {
        let length = line.text.chars().count();
        for found in DATE.find_iter(&line.text).take(3) {
            let written = found.as_str().chars().count();
            // A date inside a sentence is the story's, not the page's.
            if length > 140 || length > 60 && written * 4 < length && !line.text.contains([':', '：', '|', '｜']) {
                continue;
            }
            let lead = line.text.get(..found.start()).unwrap_or_default();
            if UPDATED.is_match(lead) {
                testimony.updated.push(found.as_str().trim().to_owned());
            } else if !EVENT.is_match(lead) {
                testimony.published.push(found.as_str().trim().to_owned());
            }
        }
    }
    testimony.published.truncate(6);
    testimony.updated.truncate(3);
}

/// The source line; a label whose name stands in the next line counts too.
fn source(after: &[Line<'_>], before: &[Line<'_>], document: &Document) -> Option<(String, Option<Url>)> {
    let last = before.len().saturating_sub(4);
    let near = || after.iter().chain(before.get(last..).unwrap_or_default());
    for (at, line) in near().enumerate() {
        if line.text.chars().count() > 130 {
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
fn marked_source(document: &Document) -> Option<String> {
    let marked =
        selector!("[class*=source], [id*=source], [class*=laiyuan], [id*=laiyuan], [class*=Source], [id*=Source]");
    document.select(marked).take(20).find_map(|element| {
        let own = [element.value().id(), element.attr("class")].into_iter().flatten();
        let fitting = own.flat_map(|names| names.split([' ', '-', '_'])).any(|word| {
            let word = word.to_ascii_lowercase();
            matches!(
                word.as_str(),
                "source" | "sources" | "laiyuan" | "newssource" | "articlesource" | "postsource" | "infosource" | "ne"
            )
        });
        let words = text(element);
        let words = SOURCE.captures(&words).and_then(|c| Some(c.get(1)?.as_str().to_owned())).unwrap_or(words);
        let name = publication(&words);
        let length = name.chars().count();
        let is_name =
            (2..=24).contains(&length) && !DATE.is_match(name) && !name.contains(['。', ',', '，', '?', '？']);
        (fitting && is_name && element.select(selector!("img, li, p")).next().is_none()).then(|| name.to_owned())
    })
}

fn authors(after: &[Line<'_>], before: &[Line<'_>], all: &[Line<'_>], document: &Document) -> Vec<String> {
    let near = || after.iter().chain(before.iter().rev().take(4));
    for line in near() {
        if line.text.chars().count() > 130 {
            continue;
        }
        if let Some(name) = AUTHOR.captures(&line.text).and_then(|c| c.get(1)) {
            let name = name.as_str();
            let end = AUTHOR_END.find_iter(name).map(|end| end.start()).find(|&start| start > 0).unwrap_or(name.len());
            let name = name.get(..end).unwrap_or(name).trim();
            if !name.is_empty() && name.chars().count() <= 30 {
                return vec![name.to_owned()];
            }
        }
    }
    let marked = selector!(
        "[rel~=author], a[href*='/author/'], a[href*='/authors/'], [class*=byline] a, [class~=author], [class*=author-name], [class*=author_name], [class*=authorName], [class*=byline], [itemprop~=author]"
    );
    let names: Vec<String> =
        document.select(marked).take(12).map(text).filter(|name| (2..=80).contains(&name.chars().count())).collect();
    if let Some(first) = names.first() {
        let people = crate::normalise::person::names(first);
        if !people.is_empty() {
            return vec![first.clone()];
        }
    }
    for line in near().take(12) {
        if let Some(name) = BYLINE.captures(&line.text).and_then(|c| c.get(1))
            && line.text.chars().count() < 90
        {
            return vec![name.as_str().trim().to_owned()];
        }
    }
    reporter_in_text(all)
}

static REPORTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[(（](?:[^()（）]{0,12})?(?:记者|記者)[\s:：]*([\p{Han}·、\s]{2,24})[)）]"));

/// "（记者 甲 乙）" in an agency's dateline.
fn reporter_in_text(all: &[Line<'_>]) -> Vec<String> {
    let found =
        all.iter().find_map(|line| REPORTER.captures(&line.text)?.get(1).map(|names| names.as_str().to_owned()));
    let Some(names) = found else { return Vec::new() };
    names
        .split(['、', ' ', '\u{3000}'])
        .filter(|name| (2..=6).contains(&name.chars().count()))
        .map(str::to_owned)
        .collect()
}

fn comments(after: &[Line<'_>], document: &Document, testimony: &mut Testimony) {
    let line = after.iter().filter(|line| line.text.chars().count() <= 130).find_map(|line| {
        let captures = COMMENTS.captures(&line.text)?;
        captures.get(1).or_else(|| captures.get(2))?.as_str().parse().ok()
    });
    testimony.comment_count = line;
    testimony.comments_url = document
        .first(selector!("a[href$='#comments'], a[href$='#comment'], a[href$='#disqus_thread'], a[href$='#respond']"))
        .and_then(|link| document.resolve(link.attr("href")?))
        .filter(|url| url.host_str() == document.url().host_str());
}

/// `<time datetime>` near the headline, not in a list of other stories.
pub(super) fn time_elements(document: &Document) -> Testimony {
    let mut testimony = Testimony::default();
    for time in document.select(selector!("time")).take(60) {
        let foreign = time.ancestors().filter_map(ElementRef::wrap).take(12).any(|outer| {
            let name = outer.value().name();
            let words = outer.attr("class").unwrap_or_default().to_ascii_lowercase();
            let words = words + &outer.attr("id").unwrap_or_default().to_ascii_lowercase();
            matches!(name, "aside" | "nav" | "footer" | "li")
                || [
                    "related",
                    "recommend",
                    "sidebar",
                    "comment",
                    "teaser",
                    "most-read",
                    "popular",
                    "trending",
                    "card",
                    "event",
                ]
                .iter()
                .any(|word| words.contains(word))
                    && !matches!(name, "body" | "html")
        });
        if foreign {
            continue;
        }
        let written = time.attr("datetime").map(str::trim).filter(|text| !text.is_empty());
        let written = written.map_or_else(|| text(time), str::to_owned);
        if written.is_empty() || written.chars().count() > 60 || !written.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let own =
            [time.attr("class"), time.attr("itemprop")].into_iter().flatten().collect::<String>().to_ascii_lowercase();
        if own.contains("modif") || own.contains("updat") {
            testimony.updated.push(written);
        } else {
            testimony.published.push(written);
        }
    }
    testimony.published.truncate(3);
    testimony
}

static IN_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[/_=-])((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?:[/_.t-]|\d{0,8}[._/]|$)|/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})/",
    )
});

/// The day in the address, such as `/2024/07/04/` or `/20240704/`.
pub(super) fn date_in_address(url: &Url) -> Option<String> {
    let captures = IN_ADDRESS.captures(url.path())?;
    let part = |a: usize, b: usize| captures.get(a).or_else(|| captures.get(b)).map(|part| part.as_str());
    let (year, month, day) = (part(1, 4)?, part(2, 5)?, part(3, 6)?);
    Some(format!("{year}-{month:0>2}-{day:0>2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str, title: &str) -> Testimony {
        let document = Document::parse(html, &Url::parse("https://site.example/a").unwrap());
        testify(&document, Some(title))
    }

    #[test]
    fn a_source_line_is_taken_apart() {
        let page = "<h1>一个标题在此</h1><div><span>2024-07-04</span> 来源: 某某之声中文网 <a href='https://o.example/x'>原文链接</a> 评论12条</div><p>正文";
        let said = read(page, "一个标题在此");
        assert_eq!(said.published, ["2024-07-04"]);
        assert_eq!(said.source_name.as_deref(), Some("某某之声中文网"));
        assert_eq!(said.source_url.as_ref().map(Url::as_str), Some("https://o.example/x"));
        assert_eq!(said.comment_count, Some(12));
    }

    #[test]
    fn names_behind_labels() {
        for (line, source, author) in [
            ("2020年1月2日 10:11 来源：甲报 作者：乙丙", Some("甲报"), Some("乙丙")),
            ("作者: 丁一 来源: 《戊报》 (2005-01-02 10:00)", Some("戊报"), Some("丁一")),
            ("Source: The Paper", Some("The Paper"), None),
        ] {
            let said = read(&format!("<h1>标题标题标题</h1><p>{line}</p>"), "标题标题标题");
            assert_eq!(said.source_name.as_deref(), source, "{line}");
            assert_eq!(said.authors.first().map(String::as_str), author, "{line}");
        }
    }

    #[test]
    fn days_in_addresses() {
        for (address, wanted) in [
            ("https://a.example/2024/07/04/x", Some("2024-07-04")),
            ("https://a.example/news/20240704/x.html", Some("2024-07-04")),
            ("https://a.example/a-2024-7-4", None),
            ("https://a.example/id/123456789", None),
        ] {
            assert_eq!(date_in_address(&Url::parse(address).unwrap()).as_deref(), wanted, "{address}");
        }
    }
}
