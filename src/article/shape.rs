//! Gives a found body the shape of a story: pictures with their captions are figures, loose lines are paragraphs.
//!
//! It refuses to add or to drop words.

use std::sync::LazyLock;

use dom_query::NodeRef;
use regex::Regex;

use crate::normalise::html::is_block;
use crate::normalise::text::visible_length;

/// The longest caption, in characters.
const LONGEST_CAPTION: usize = 200;

/// Names that pages give to what stands below a picture.
static CAPTION_CLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i-u)caption|img-?desc|image-?desc|photo-?desc|img-?text|pic-?text|legende|bildunterschrift|bildtext|zhushi|tuzhu",
    )
});
/// How a caption without such a name begins, or how its credit ends it.
static CAPTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*[(（【▲△↑]?\s*(?:(?:本报|本社)?资料(?:照片?|图片?)|图为|圖為|图[:：]|圖[:：]|图说|图注|配图|▲|△|↑)|[㐀-鿿]{2,4}\s*[/／]?\s*(?:摄|攝|摄影|供图)\s*[)）]?\s*$",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

/// Joins pictures and the captions below them.
pub(super) fn figures(root: &NodeRef<'_>) {
    captions_inside(root);
    captions_by_name(root);
    let pictures: Vec<NodeRef<'_>> = root.descendants_it().filter(|node| node.has_name("img")).collect();
    for picture in pictures {
        let Some(block) = picture.ancestors_it(Some(6)).find(is_block_node) else { continue };
        let framed = picture.ancestors_it(None).any(|outer| outer.has_name("figure"));
        if framed || block.id == root.id || !matches!(name(&block).as_str(), "p" | "div" | "center") {
            continue;
        }
        match words_of(&block) {
            0 => {
                if let Some(below) = block.next_element_sibling().filter(is_caption) {
                    frame(&block, &below);
                }
            }
            1..=LONGEST_CAPTION if CAPTION.is_match(&block.text()) && !has_inner_block(&block) => split(&block),
            _ => {}
        }
    }
}

/// In a figure with a picture, all words but those of tables, lists and quotations are its caption.
fn captions_inside(root: &NodeRef<'_>) {
    let figures: Vec<NodeRef<'_>> = root.descendants_it().filter(|node| node.has_name("figure")).collect();
    for figure in figures {
        let whole = ["table", "pre", "blockquote", "ul", "ol", "figure"];
        let other = figure.descendants_it().any(|inner| whole.iter().any(|name| inner.has_name(name)));
        if other || !holds_picture(&figure) || words_of(&figure) > LONGEST_CAPTION * 4 {
            continue;
        }
        let mut loose = Vec::new();
        loose_words(&figure, &mut loose);
        if loose.is_empty() {
            continue;
        }
        let known = figure.descendants_it().find(|inner| inner.has_name("figcaption"));
        let caption = known.unwrap_or_else(|| {
            let caption = figure.tree.new_element("figcaption");
            figure.append_child(&caption);
            caption
        });
        for node in loose {
            node.remove_from_parent();
            if has_words(&caption) {
                caption.append_child(&figure.tree.new_text(" "));
            }
            if is_block_node(&node) {
                node.rename("span");
            }
            caption.append_child(&node);
        }
    }
}

/// The nodes below `node` that have words and no picture, the outermost, in order.
fn loose_words<'a>(node: &NodeRef<'a>, found: &mut Vec<NodeRef<'a>>) {
    for child in node.children() {
        if child.has_name("figcaption") || !has_words(&child) {
            continue;
        }
        if holds_picture(&child) || child.descendants_it().any(|inner| inner.has_name("figcaption")) {
            loose_words(&child, found);
        } else {
            found.push(child);
        }
    }
}

/// What is called a caption and stands beside a picture is one.
fn captions_by_name(root: &NodeRef<'_>) {
    let named = |node: &NodeRef<'_>| {
        [node.class(), node.id_attr()].into_iter().flatten().any(|name| CAPTION_CLASS.is_match(&name))
    };
    let captions: Vec<NodeRef<'_>> =
        root.descendants_it().filter(|node| node.is_element() && !node.has_name("figcaption") && named(node)).collect();
    for caption in captions {
        let inside = caption.ancestors_it(Some(12)).any(|outer| outer.has_name("figcaption"));
        if inside || !(1..=LONGEST_CAPTION * 2).contains(&words_of(&caption)) || holds_picture(&caption) {
            continue;
        }
        if matches!(name(&caption).as_str(), "table" | "tr" | "td" | "tbody" | "li" | "a") {
            continue;
        }
        // The walk ends before anything is changed: the tree refuses changes while somebody walks over it.
        let around: Vec<NodeRef<'_>> = caption.ancestors_it(Some(4)).take_while(|outer| outer.id != root.id).collect();
        let mut around = around.into_iter().take_while(|outer| words_of(outer) <= LONGEST_CAPTION * 3);
        let Some(frame) = around.find(holds_picture) else { continue };
        let framed = frame.has_name("figure") || frame.ancestors_it(Some(12)).any(|outer| outer.has_name("figure"));
        if !framed
            && matches!(name(&frame).as_str(), "div" | "p" | "section" | "span")
            && words_of(&frame) == words_of(&caption)
        {
            frame.rename("figure");
        }
        caption.rename("figcaption");
    }
}

fn holds_picture(node: &NodeRef<'_>) -> bool {
    node.descendants_it().any(|inner| inner.has_name("img") || inner.has_name("video"))
}

fn is_caption(node: &NodeRef<'_>) -> bool {
    let words = words_of(node);
    let named = || [node.class(), node.id_attr()].into_iter().flatten().any(|name| CAPTION_CLASS.is_match(&name));
    matches!(name(node).as_str(), "p" | "div" | "span" | "small" | "em" | "center" | "i")
        && (1..=LONGEST_CAPTION).contains(&words)
        && (named() || CAPTION.is_match(&node.text()))
        && !node.descendants_it().any(|inner| inner.has_name("img") || inner.has_name("p"))
}

/// `<p><img></p><p>caption</p>` → `<figure><img><figcaption>caption</figcaption></figure>`.
fn frame(block: &NodeRef<'_>, caption: &NodeRef<'_>) {
    block.rename("figure");
    caption.rename("figcaption");
    caption.remove_from_parent();
    block.append_child(caption);
}

/// `<p><img><br>caption</p>` → the same figure.
fn split(block: &NodeRef<'_>) {
    let caption = block.tree.new_element("figcaption");
    for child in block.children() {
        let picture = child.has_name("img") || child.descendants_it().any(|inner| inner.has_name("img"));
        if child.has_name("br") {
            child.remove_from_parent();
        } else if !picture {
            child.remove_from_parent();
            caption.append_child(&child);
        }
    }
    block.rename("figure");
    block.append_child(&caption);
}

/// Turns tables that only lay out the page into plain boxes: those with one filled cell a row, and what is left of a
/// table of which a part was chosen.
pub(super) fn layout_tables(root: &NodeRef<'_>) {
    let parts = ["table", "thead", "tbody", "tfoot", "tr", "td", "th"];
    let is_part = |node: &NodeRef<'_>| node.node_name().is_some_and(|name| parts.contains(&&*name));
    if !root.descendants_it().any(|node| is_part(&node)) {
        return;
    }
    let tables: Vec<NodeRef<'_>> = root.descendants_it().filter(|node| node.has_name("table")).collect();
    for table in tables.iter().rev() {
        let cells: Vec<NodeRef<'_>> =
            table.descendants_it().filter(|node| node.has_name("td") || node.has_name("th")).collect();
        let filled = |cell: &&NodeRef<'_>| has_words(cell) || holds_picture(cell);
        let rows: Vec<_> = cells.iter().filter(filled).filter_map(|cell| cell.parent().map(|row| row.id)).collect();
        let alone = rows.windows(2).all(|pair| pair.first() != pair.last());
        let header = cells.iter().any(|cell| cell.has_name("th"));
        if header || !alone {
            continue;
        }
        for cell in cells.iter().filter(|cell| !filled(cell)) {
            cell.remove_from_parent();
        }
        let inside: Vec<NodeRef<'_>> =
            table.descendants_it().filter(|node| parts.iter().any(|name| node.has_name(name))).collect();
        for part in inside {
            part.rename("div");
        }
        table.rename("div");
    }
    let loose: Vec<NodeRef<'_>> = root
        .descendants_it()
        .filter(|node| parts.iter().skip(1).any(|name| node.has_name(name)))
        .filter(|node| !node.ancestors_it(None).any(|outer| outer.has_name("table")))
        .collect();
    for part in loose {
        part.rename("div");
    }
}

/// Wraps lines that stand between blocks, or that empty lines separate, in paragraphs.
pub(super) fn paragraphs(root: &NodeRef<'_>) {
    let inside = root.descendants_it().filter(|node| holds_blocks(node));
    let containers: Vec<NodeRef<'_>> = std::iter::once(*root).chain(inside).collect();
    for container in containers {
        let children = container.children();
        let mixed = container.id == root.id
            || children.iter().any(is_block_node)
            || children.windows(2).any(|pair| pair.iter().all(is_break));
        if mixed {
            wrap_runs(&container, &children);
        }
    }
}

fn wrap_runs(container: &NodeRef<'_>, children: &[NodeRef<'_>]) {
    let mut run: Vec<NodeRef<'_>> = Vec::new();
    for (at, child) in children.iter().enumerate() {
        let empty_line = is_break(child)
            && (children.get(at + 1).is_some_and(is_break) || at > 0 && children.get(at - 1).is_some_and(is_break));
        if is_block_node(child) || empty_line {
            wrap(container, &mut run);
            if empty_line {
                child.remove_from_parent();
            }
        } else {
            run.push(*child);
        }
    }
    wrap(container, &mut run);
}

fn wrap(container: &NodeRef<'_>, run: &mut Vec<NodeRef<'_>>) {
    // A line break at either end of a paragraph only makes space.
    for end in [run.iter().take_while(|node| is_space(node)).count(), usize::MAX] {
        let idle: Vec<NodeRef<'_>> = if end == usize::MAX {
            let keep = run.iter().rposition(|node| !is_space(node)).map_or(0, |last| last + 1);
            run.drain(keep..).collect()
        } else {
            run.drain(..end).collect()
        };
        idle.iter().filter(|node| is_break(node)).for_each(NodeRef::remove_from_parent);
    }
    let content = run.iter().any(|node| {
        has_words(node) || node.has_name("img") || node.descendants_it().any(|inner| inner.has_name("img"))
    });
    if let (true, Some(first)) = (content, run.first()) {
        let paragraph = container.tree.new_element("p");
        first.insert_before(&paragraph);
        for node in run.iter() {
            node.remove_from_parent();
            paragraph.append_child(node);
        }
    }
    run.clear();
}

fn holds_blocks(node: &NodeRef<'_>) -> bool {
    node.node_name()
        .is_some_and(|name| matches!(&*name, "div" | "section" | "article" | "main" | "td" | "blockquote" | "center"))
}

fn is_block_node(node: &NodeRef<'_>) -> bool {
    node.node_name().is_some_and(|name| is_block(&name))
}

fn is_break(node: &NodeRef<'_>) -> bool {
    node.has_name("br")
}

fn is_space(node: &NodeRef<'_>) -> bool {
    is_break(node) || node.is_text() && !has_words(node)
}

fn has_inner_block(node: &NodeRef<'_>) -> bool {
    node.descendants_it().any(|inner| is_block_node(&inner))
}

fn name(node: &NodeRef<'_>) -> String {
    node.node_name().map(|name| name.to_string()).unwrap_or_default()
}

fn words_of(node: &NodeRef<'_>) -> usize {
    visible_length(&node.text())
}

fn has_words(node: &NodeRef<'_>) -> bool {
    node.text().contains(|c: char| !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(html: &str) -> String {
        let document = dom_query::Document::from(format!("<div id=root>{html}</div>"));
        let root = document.select_single("#root");
        let root = root.nodes().first().unwrap();
        layout_tables(root);
        paragraphs(root);
        figures(root);
        root.inner_html().to_string()
    }

    #[test]
    fn pictures_get_their_captions_and_lines_their_paragraphs() {
        for (html, wanted) in [
            (
                "<p><img src=\"a\"></p><p class=\"caption\">words</p>",
                "<figure><img src=\"a\"><figcaption class=\"caption\">words</figcaption></figure>",
            ),
            (
                "<p><img src=\"a\"><br>资料照：一座桥</p>",
                "<figure><img src=\"a\"><figcaption>资料照：一座桥</figcaption></figure>",
            ),
            ("<p><img src=\"a\"></p><p>a story</p>", "<p><img src=\"a\"></p><p>a story</p>"),
            ("loose <b>line</b><p>a</p>", "<p>loose <b>line</b></p><p>a</p>"),
            ("a<br><br>b<br>c", "<p>a</p><p>b<br>c</p>"),
            (
                "<table><tbody><tr><td><br>a line<br><br>another</td></tr></tbody></table>",
                "<div><div><div><div><p>a line</p><p>another</p></div></div></div></div>",
            ),
            (
                "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
                "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
            ),
            ("only a line", "<p>only a line</p>"),
            (
                "<figure><img src=\"a\"><div>a <b>bridge</b></div></figure>",
                "<figure><img src=\"a\"><figcaption><span>a <b>bridge</b></span></figcaption></figure>",
            ),
            (
                "<div><img src=\"a\"><span class=\"photo-credit caption\">words</span></div>",
                "<figure><img src=\"a\"><figcaption class=\"photo-credit caption\">words</figcaption></figure>",
            ),
        ] {
            assert_eq!(shaped(html), wanted, "{html}");
        }
    }
}
