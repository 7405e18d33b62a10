//! What a reader sees around the headline: date, source line, byline, number of comments.
//!
//! It refuses to look into the body and into lists of other stories: only short lines near the headline count, save for
//! a reporter's signature.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::{Line, near_headline};
use super::survey::Survey;
use super::testimony::Testimony;
use super::{byline, dateline, reprint};
use crate::page::Document;
use crate::page::document::attribute;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

static COMMENTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:评论|評論|コメント|comments?|kommentare?|commentaires?|comentarios|跟贴|回复|留言)\s*[:：]?\s*[(（\[]?\s*([0-9]{1,6})\s*[)）\]条條]?|([0-9]{1,6})\s*(?:条|條|则|則|件の)?\s*(?:评论|評論|留言|コメント|comments?(?-u:\b)|kommentare?(?-u:\b)|commentaires?(?-u:\b)|comentarios(?-u:\b)|reacties(?-u:\b))",
    )
});

/// Reads the lines around the headline, which is `title` as far as it is known.
pub(super) fn testify(document: &Document, survey: &Survey<'_>, title: Option<&str>) -> Testimony {
    let (after, before) = near_headline(&survey.lines, title);
    let mut testimony = Testimony::default();
    dateline::lines(after, before, &mut testimony);
    (testimony.source_name, testimony.source_url) = reprint::find(after, before, survey, document);
    testimony.authors = byline::find(after, before, survey);
    comments(after, survey, document, &mut testimony);
    testimony
}

fn comments(after: &[Line<'_>], survey: &Survey<'_>, document: &Document, testimony: &mut Testimony) {
    let numbered =
        |line: &&Line<'_>| line.text.chars().count() <= 130 && line.text.contains(|c: char| c.is_ascii_digit());
    let line = after.iter().filter(numbered).find_map(|line| {
        let captures = COMMENTS.captures(&line.text)?;
        captures.get(1).or_else(|| captures.get(2))?.as_str().parse().ok()
    });
    testimony.comment_count = line;
    let to_comments =
        |href: &&str| ["#comments", "#comment", "#disqus_thread", "#respond"].iter().any(|end| href.ends_with(end));
    testimony.comments_url = survey
        .anchors
        .iter()
        .filter_map(|link| attribute(*link, "href"))
        .find(to_comments)
        .and_then(|href| document.resolve(href))
        .filter(|url| url.host_str() == document.url().host_str());
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::article::survey::survey;
    use crate::article::traits::Judge;

    fn read(html: &str, title: &str) -> Testimony {
        let document = Document::parse(html, &Url::parse("https://site.example/a").unwrap());
        testify(&document, &survey(&document, &mut Judge::default(), None), Some(title))
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
            ("2020年1月2日 10:11　来源：甲报　记者 乙丙　评论6条", Some("甲报"), Some("乙丙")),
            ("记者：你平时也很关心这些吗？", None, None),
        ] {
            let said = read(&format!("<h1>标题标题标题</h1><p>{line}</p>"), "标题标题标题");
            assert_eq!(said.source_name.as_deref(), source, "{line}");
            assert_eq!(said.authors.first().map(String::as_str), author, "{line}");
        }
    }
}
