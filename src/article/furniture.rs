//! Takes furniture away that stands at the ends of a found body: the headline once more, lines that only hold a date
//! and a source, share bars, lists of other stories, disclaimers above and below.
//!
//! Only general rules, and only whole blocks: a sentence is never cut.

use std::borrow::Cow;
use std::sync::LazyLock;

use dom_query::NodeRef;
use regex::Regex;

use super::phrases::is_promotion;
use crate::normalise::html::is_block;
use crate::normalise::text::letters;

/// How many blocks at each end may be furniture.
const REACH: usize = 8;

static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi)
        (?:19|20)[0-9][0-9]\s?[-/.年]\s?[0-9]{1,2}\s?[-/.月]\s?[0-9]{1,2}\s?日? | [0-9]{1,2}[:：][0-9]{2}(?:[:：][0-9]{2})?\s?(?:[ap]\.?m\.?)?
        | [0-9]{1,2}[./][0-9]{1,2}[./](?:19|20)?[0-9][0-9] | (?-u:\b)[0-9]{1,2}\.?\s+[A-Za-zÀ-⿿]+\.?\s+(?:19|20)[0-9][0-9] | [A-Za-zÀ-⿿]+\.?\s+[0-9]{1,2},?\s+(?:19|20)[0-9][0-9]",
    )
});
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi)
        (?:文章)?来\s*源|來\s*源|稿\s*源|作\s*者|责任编辑|責任編輯|编\s*辑|編\s*輯|原文链接|原文連結|发布时间|发表时间|时间|浏览(?:次数)?|阅读(?:次数)?|点击(?:次数)?|评论|評論|字号|字体|【?\s*大\s*中\s*小\s*】?|打印|分享(?:到)?|收藏|关闭(?:窗口)?|返回
        |(?-u:\b)(?:source|quelle|published|posted|updated|last\ updated|share|print|comments?|views?|min\ read|veröffentlicht|aktualisiert|publié\ le|by|von)(?-u:\b)",
    )
});
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi)^\s*[\[【(（▶►→»■●◆☞\#]*\s*(?:
        more\s*:?\s*$|related(?:\s+(?:articles?|stories|posts?|content|topics|links|news|coverage|reading|to\ this\ story))?|read\s+(?:more|also|next|this|the\ full)|see\s+also|also\s+read|more\s+(?:on|from|stories|news|about)|recommended(?:\s+(?:for\ you|stories|articles|reading))?|you\s+(?:may|might)\s+(?:also\s+)?(?:like|be\ interested)|most\s+(?:read|popular|viewed)|trending|don'?t\ miss|up\ next|further\ reading
        |lesen\s+sie\s+(?:auch|dazu|mehr|hier)|mehr\s+(?:zum\ thema|dazu|zu)|auch\ interessant|das\ könnte\ sie|zum\ thema|(?:à|a)\s+lire(?:\s+aussi)?|lire\s+(?:aussi|également)|voir\s+aussi|sur\ le\ même\ (?:sujet|thème)|lee(?:r)?\s+(?:también|más)|te\s+puede\s+interesar|más\ información|noticias\ relacionadas|leia\s+(?:também|mais)|veja\s+(?:também|mais)|leggi\s+anche|lees\s+(?:ook|meer)|læs\ også|läs\ (?:också|mer)|les\ også|czytaj\s+(?:też|także|również|więcej)|zobacz\s+(?:też|także)|čtěte\ (?:také|více)|читайте\s+(?:также|ещё)|читать\s+также
        |相关(?:阅读|新闻|报道|链接|文章|推荐|专题)|相關(?:閱讀|新聞|報導|連結)|延伸(?:阅读|閱讀)|推荐(?:阅读|新闻)|推薦閱讀|更多(?:新闻|阅读|精彩|相关)|热点(?:新闻|推荐)|猜你喜欢|关连阅读|関連記事|関連リンク|あわせて読みたい|こちらも|관련\s?기사
        )",
    )
});
static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi)^\s*(?:
        (?:share|tweet|print|email|comments?|save|advertisement|werbung|anzeige|publicité|publicidad|publicidade|anuncio|reklama|reklam|広告|广告|廣告|sponsored)\s*[:：]?
        |share\ (?:this|on|via).*|(?:sign\ up|subscribe)(?-u:\b).*|follow\ (?:us|me)(?-u:\b).*|(?:click\ here\ to|download\ our\ app|get\ the\ app).*|©.*|copyright(?-u:\b).*|all\ rights\ reserved.*|story\ continues\ below.*|article\ continues\ below.*
        |[0-9]*\s*comments?|[0-9]+\s*(?:条|則|则)?\s*(?:评论|評論|コメント)|评论\s*[0-9]+\s*条?|(?:【|\[|（|\()?\s*(?:关闭窗口|打印本页|返回顶部|我要评论|发表评论|字体：.*)\s*(?:】|\]|）|\))?
        |(?:\(|（|【|\[)?\s*(?:责任编辑|責任編輯|责编|本文编辑|编辑|校对|审核)\s*[:：].*
        |(?:扫一扫|微信扫|长按|扫码|关注公众号|点击关注).*|(?:上|下)一篇\s*[:：]?.*
        )\s*$",
    )
});

/// A block that says nothing but what stands beside it.
static ADVERTISEMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s\[【(（—-]*(?:advertisement|werbung|anzeige|publicité|publicidad|publicidade|reklama|広告|广告|廣告)[\s\]】)）—-]*$",
    )
});
/// The way from the front page to this one.
static BREADCRUMB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:当前|您的|现在)?.{0,4}位置\s*[:：].+|(?:首页|首頁|Home|Startseite|Accueil|Inicio)\s*(?:>|›|»|→|/|-).+|[^。.!?]+(?:>|›|»)[^。.!?]+(?:>|›|»).+)$",
    )
});
/// The heading of what readers wrote.
static COMMENTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:读者|網友|网友|用户|最新|热门|精彩|全部)(?:评论|評論|留言)|评论\s*[(（][0-9]|(?:[0-9]+\s+|leave\s+a\s+|post\s+a\s+)(?:comments?|responses?|kommentare?|commentaires?|comentarios)(?-u:\b))",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

/// A block without blocks inside.
struct Block<'a> {
    node: NodeRef<'a>,
    text: String,
    /// How long the text is, in characters.
    length: usize,
    /// How much of it stands in links, in characters.
    linked: usize,
    heading: bool,
}

/// Removes furniture below `root`; `title` is the headline.
pub(super) fn remove(root: &NodeRef<'_>, title: Option<&str>) {
    let blocks = blocks(root);
    let total: usize = blocks.iter().map(|block| block.length).sum();
    let wanted = title.map(letters).unwrap_or_default();
    let mut gone = vec![false; blocks.len()];
    twins(&blocks, &mut gone);
    for (at, block) in blocks.iter().enumerate() {
        let leading = at < REACH;
        let trailing = at + REACH >= blocks.len();
        let length = block.length;
        let same = leading && !wanted.is_empty() && is_headline(&block.text, &wanted, block.heading);
        if !same && length * 2 > total || block.node.has_name("pre") {
            continue;
        }
        let line = (leading || trailing)
            && (is_dateline(&block.text)
                || is_first_line(&blocks, at)
                || block.text.len() <= 160 && SERVICE.is_match(&block.text));
        let label =
            length < 30 && ADVERTISEMENT.is_match(&block.text) || at < 3 && length <= 100 && is_breadcrumb(&block.text);
        let promotion = !block.heading && is_promotion(&block.text, length);
        let others = length < 160 && is_link_to_others(block, length);
        if let Some(gone) = gone.get_mut(at) {
            *gone |= same || line || label || others || promotion;
        }
    }
    refrains(&blocks, &mut gone);
    whole_links(&blocks, &mut gone);
    link_lists(&blocks, &mut gone);
    comments(&blocks, total, &mut gone);
    for (block, gone) in blocks.iter().zip(gone) {
        if gone && !block.node.descendants_it().any(|inner| inner.has_name("img")) {
            block.node.remove_from_parent();
        }
    }
}

/// Whether `text` is the headline once more, whose letters are `wanted`; a heading may have a few words more or less.
fn is_headline(text: &str, wanted: &str, heading: bool) -> bool {
    // Paragraphs are longer than headlines: the first letters tell.
    let first = |text: &str| text.chars().find(|c| c.is_alphanumeric()).and_then(|c| c.to_lowercase().next());
    if !heading && first(text) != first(wanted) {
        return false;
    }
    let line = letters(text);
    let line = line.as_str();
    let (short, long) = if line.len() < wanted.len() { (line, wanted) } else { (wanted, line) };
    !short.is_empty() && (line == wanted || heading && short.len() * 4 >= long.len() * 3 && long.contains(short))
}

fn is_breadcrumb(text: &str) -> bool {
    text.contains(['>', '›', '»', '→', '/', '-', ':', '：']) && BREADCRUMB.is_match(text)
}

/// Whether a block says "read also" and is a link but for that.
fn is_link_to_others(block: &Block<'_>, length: usize) -> bool {
    if block.linked == 0 {
        return false;
    }
    let Some(said) = OTHERS.find(&block.text) else { return false };
    let rest = length.saturating_sub(said.as_str().chars().count());
    block.linked * 2 > length || block.linked * 10 >= rest * 8
}

/// A short line that comes again and again is a label that belongs to the page: "Article content", "Most popular".
fn refrains(blocks: &[Block<'_>], gone: &mut [bool]) {
    let is_label = |block: &Block<'_>| {
        (4..=40).contains(&block.length)
            && !block.text.ends_with(['.', '。', '!', '！', '?', '？', ':', '：', '…', ','])
    };
    for (at, block) in blocks.iter().enumerate().filter(|(_, block)| is_label(block)) {
        let cell = || block.node.ancestors_it(Some(8)).any(|outer| outer.has_name("table") || outer.has_name("li"));
        let times = blocks.iter().filter(|other| other.text == block.text).count();
        if times >= 3
            && !cell()
            && let Some(gone) = gone.get_mut(at)
        {
            *gone = true;
        }
    }
}

/// A block that is a link and nothing else, between paragraphs or after the last, leads to another story.
fn whole_links(blocks: &[Block<'_>], gone: &mut [bool]) {
    let linked = |block: &Block<'_>| block.linked > 0 && block.linked * 10 >= block.length * 9;
    let prose: usize = blocks.iter().filter(|block| !linked(block)).map(|block| block.length).sum();
    let links: usize = blocks.iter().filter(|block| linked(block)).map(|block| block.length).sum();
    if links * 2 > prose {
        return;
    }
    let last = blocks.iter().rposition(|block| !linked(block) && block.length > 60);
    for (at, block) in blocks.iter().enumerate().filter(|(_, block)| linked(block)) {
        let length = block.length;
        let told = ["li", "blockquote", "pre", "td", "th", "dd"].iter().any(|name| block.node.has_name(name));
        let item = told
            || block.node.ancestors_it(Some(8)).any(|outer| outer.has_name("table") || outer.has_name("blockquote"));
        let address = block.text.contains("://") || block.text.starts_with("www.") || block.text.contains('@');
        let trails = last.is_some_and(|last| at > last);
        if !address
            && (!item || trails && block.node.has_name("li"))
            && (25..=200).contains(&length)
            && leads_within(block)
            && let Some(gone) = gone.get_mut(at)
        {
            *gone = true;
        }
    }
}

/// Whether the one link of `block` leads to a page, and not to a file or another site.
fn leads_within(block: &Block<'_>) -> bool {
    let mut links =
        block.node.descendants_it().filter(|inner| inner.has_name("a")).filter_map(|link| link.attr("href"));
    let Some(href) = links.next() else { return false };
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).is_some_and(|(_, ending)| {
        ["pdf", "zip", "mp3", "mp4", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "epub"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(ending))
    });
    !file && !href.starts_with('#') && !href.starts_with("mailto:")
}

/// A disclaimer stands above and below the story in the same words.
fn twins(blocks: &[Block<'_>], gone: &mut [bool]) {
    let half = blocks.len() / 2;
    for (at, block) in blocks.iter().enumerate().take(REACH.min(half)) {
        if block.length < 12 {
            continue;
        }
        let twin = blocks.iter().rposition(|other| other.text == block.text).filter(|&twin| twin > at);
        if let Some(twin) = twin.filter(|twin| twin + REACH >= blocks.len() && *twin >= half) {
            for place in [at, twin] {
                if let Some(gone) = gone.get_mut(place) {
                    *gone = true;
                }
            }
        }
    }
}

/// What readers wrote goes with its heading, where the story is the larger part of the text.
fn comments(blocks: &[Block<'_>], total: usize, gone: &mut [bool]) {
    let mut before = 0;
    for (at, block) in blocks.iter().enumerate() {
        let length = block.length;
        if before * 2 > total && length < 60 && COMMENTS.is_match(&block.text) {
            gone.iter_mut().skip(at).for_each(|gone| *gone = true);
            return;
        }
        before += length;
    }
}

/// A heading such as "Related" takes the links that follow it along; after the last paragraph it takes all the rest.
fn link_lists(blocks: &[Block<'_>], gone: &mut [bool]) {
    let mut at = 0;
    while let Some(block) = blocks.get(at) {
        let length = block.length;
        let is_link = |next: &&Block<'_>| next.linked * 10 >= next.length * 8;
        let heads = blocks.get(at + 1).map_or(block.heading, |next| is_link(&next));
        if length < 60 && heads && OTHERS.is_match(&block.text) {
            let count = blocks.iter().skip(at + 1).take_while(is_link).count();
            for gone in gone.iter_mut().skip(at).take(count + 1) {
                *gone = true;
            }
            at += count;
        }
        at += 1;
    }
}

/// Whether `text` holds a date, a source, an author or counters, and nothing else to speak of.
fn is_dateline(text: &str) -> bool {
    let length = text.chars().count();
    if length > 110 || text.ends_with(['。', '！', '？', '!', '?']) {
        return false;
    }
    // A date has digits.
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let without = if digits { DATELINE.replace_all(text, "") } else { Cow::Borrowed(text) };
    let dated = without.len() < text.len();
    let colon = text.contains(['：', ':']);
    if !dated && !colon {
        return false;
    }
    let labels = LABEL.find_iter(&without).count();
    let rest = LABEL.replace_all(&without, "").chars().filter(|c| c.is_alphanumeric()).count();
    dated && rest <= 4 || dated && labels >= 1 && rest <= 24 || labels >= 2 && rest <= 12 && colon
}

/// Whether the first or second block is a date and a name with a bar between them: `4 July 2024 | Roads department`. In a
/// row of such lines (dates of events) none is.
fn is_first_line(blocks: &[Block<'_>], at: usize) -> bool {
    let alike = |at: usize| blocks.get(at).is_some_and(|block| is_date_beside_name(&block.text));
    at < 2 && alike(at) && !alike(at + 1) && !at.checked_sub(1).is_some_and(alike)
}

fn is_date_beside_name(text: &str) -> bool {
    const BARS: [char; 4] = ['|', '·', '•', '｜'];
    if !text.contains(BARS) {
        return false;
    }
    let without = DATELINE.replace(text, "");
    let rest = without.trim();
    let apart = rest.starts_with(BARS) || rest.ends_with(BARS);
    let named = rest.chars().filter(|c| c.is_alphanumeric()).count();
    without.len() < text.len()
        && apart
        && (1..=30).contains(&named)
        && !text.ends_with(['.', '。', '!', '！', '?', '？'])
}

fn blocks<'a>(root: &NodeRef<'a>) -> Vec<Block<'a>> {
    let nodes: Vec<NodeRef<'a>> = root.descendants_it().filter(is_block_node).collect();
    let mut found = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        // Descendants follow their element directly, so the next block tells whether there is one inside.
        let has_inner =
            nodes.get(at + 1).is_some_and(|next| next.ancestors_it(Some(24)).any(|outer| outer.id == node.id));
        if has_inner || node.ancestors_it(Some(3)).any(|outer| outer.has_name("figure")) {
            continue;
        }
        let text = crate::model::one_line(&node.text(), 4000);
        if text.is_empty() {
            continue;
        }
        let linked = node
            .descendants_it()
            .filter(|inner| inner.has_name("a"))
            .map(|link| link.text().chars().filter(|c| !c.is_control()).count())
            .sum();
        let heading = node.node_name().is_some_and(|name| name.starts_with('h') && name.len() == 2);
        let length = text.chars().count();
        found.push(Block { node: *node, text, length, linked, heading });
    }
    found
}

fn is_block_node(node: &NodeRef<'_>) -> bool {
    node.node_name().is_some_and(|name| is_block(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_beside_a_name() {
        for (text, wanted) in [
            ("4. Juli 2024 | Tiefbauamt", true),
            ("Roads department · 4 July 2024", true),
            ("2024-07-04 | 建设局", true),
            ("4 July 2024", false),
            ("On 4 July 2024 the road was closed", false),
            ("4 July 2024 | The road was closed after a pipe had burst below it.", false),
        ] {
            assert_eq!(is_date_beside_name(text), wanted, "{text}");
        }
    }
}
