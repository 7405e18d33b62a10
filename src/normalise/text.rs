//! Words: titles without furniture, summaries.

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

/// Letters and digits of `text`; one of Chinese, Japanese or Korean says as much as two others.
pub(crate) fn weight(text: &str) -> usize {
    let of = |c: char| match c {
        c if c.is_ascii() => usize::from(c.is_ascii_alphanumeric()),
        c if !c.is_alphanumeric() => 0,
        c if c as u32 >= 0x2E80 => 2,
        _ => 1,
    };
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
    fn the_site_name_goes_only_where_it_is_known() {
        assert_eq!(without_site_name("A story | The Daily", "The Daily"), "A story");
        assert_eq!(without_site_name("The Daily - A story", "the daily"), "A story");
        assert_eq!(without_site_name("A story | part two", "The Daily"), "A story | part two");
        assert_eq!(without_site_name("墨尔本新闻_今日", "今日"), "墨尔本新闻");
        assert_eq!(without_site_name("The Daily", "The Daily"), "The Daily");
    }
}
