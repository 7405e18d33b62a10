//! Short names of elements: `article`, `.card`, `li.news`, `ul.archive > li`.
//!
//! A name has a cost: what a person would write first costs least. It refuses classes that change from one day to the
//! next (made by a program), that tell siblings apart, or that say how a thing looks.

use scraper::ElementRef;

use crate::listing::class::{is_heading_name, is_state};

/// The longest class that is written.
const MAX_CLASS: usize = 40;
/// The most classes of one element that are tried.
const MAX_CLASSES: usize = 4;
/// How far above an element a box with a name of its own is looked for.
const MAX_ABOVE: usize = 8;

/// A selector and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::listing) struct Name {
    pub(in crate::listing) written: String,
    pub(in crate::listing) cost: f32,
}

fn name(written: impl Into<String>, cost: f32) -> Name {
    Name { written: written.into(), cost }
}

/// Names for an element that is one story.
pub(super) fn items(element: ElementRef<'_>) -> Vec<Name> {
    let tag = element.value().name();
    let mut found = Vec::new();
    // The names that need no box around them.
    for class in classes(element) {
        let cost = 1.0 + class_cost(class);
        found.push(name(format!(".{class}"), cost));
        found.push(name(format!("{tag}.{class}"), cost + 0.4));
    }
    let bare = match tag {
        "article" => Some(0.3),
        "h2" | "h3" | "h1" | "h4" => Some(2.5),
        "li" | "tr" | "dt" | "section" | "figure" => Some(4.0),
        _ => None,
    };
    found.extend(bare.map(|cost| name(tag, cost)));
    // `ul.archive > li`: a child of a box with a name; `#list li`: anywhere inside one.
    let inner: Vec<Name> = match tag {
        "div" | "span" | "p" | "a" | "td" if found.is_empty() => vec![name(tag, 2.5)],
        _ => found
            .iter()
            .take(3)
            .cloned()
            .chain((bare.is_none()).then(|| name(tag, 2.5)))
            .chain(bare.map(|_| name(tag, 0.8)))
            .collect(),
    };
    for (distance, around, cost) in above(element) {
        let sign = if distance == 1 { " > " } else { " " };
        for Name { written, cost: own } in &inner {
            // Boxes far above say little; `div` inside one says nothing.
            let far = if distance > 3 { 0.6 } else { 0.0 };
            if distance == 1 || !matches!(written.as_str(), "div" | "span") {
                found.push(name(format!("{around}{sign}{written}"), own + cost + far));
            }
        }
    }
    found
}

/// Names for an element inside a story, whose element is `scope`.
pub(super) fn inside(element: ElementRef<'_>, scope: ElementRef<'_>) -> Vec<Name> {
    let tag = element.value().name();
    let mut found = Vec::new();
    let bare = match tag {
        "time" | "img" => Some(0.3),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some(0.4),
        "a" => Some(1.0),
        "p" => Some(1.2),
        "b" | "strong" | "em" | "small" | "source" | "dd" | "blockquote" | "figcaption" => Some(1.6),
        _ => None,
    };
    found.extend(bare.map(|cost| name(tag, cost)));
    for class in classes(element) {
        let cost = 0.7 + class_cost(class);
        found.push(name(format!(".{class}"), cost));
        found.push(name(format!("{tag}.{class}"), cost + 0.3));
    }
    let property =
        element.attr("itemprop").filter(|name| name.chars().all(|c| c.is_ascii_alphabetic()) && !name.is_empty());
    found.extend(property.map(|property| name(format!("[itemprop={property}]"), 1.4)));
    for (distance, above) in element.ancestors().filter_map(ElementRef::wrap).take(4).enumerate() {
        if above.id() == scope.id() {
            break;
        }
        let around = above.value().name();
        let far = if distance > 1 { 0.5 } else { 0.0 };
        if is_heading_name(&above.value().name.local) {
            found.push(name(format!("{around} {tag}"), 0.6));
        }
        if matches!(around, "header" | "figure" | "picture" | "footer") {
            found.push(name(format!("{around} {tag}"), 1.8));
        }
        for class in classes(above) {
            found.push(name(format!(".{class} {tag}"), 1.3 + class_cost(class) + far));
        }
    }
    found
}

/// A short name for where `element` stands: the nearest box with a name of its own, and the element's tag.
pub(in crate::listing) fn place(element: ElementRef<'_>) -> String {
    let tag = element.value().name();
    if let Some(class) = classes(element).first() {
        return format!("{tag}.{class}");
    }
    let semantic = |above: ElementRef<'_>| {
        let tag = above.value().name();
        matches!(
            tag,
            "nav" | "footer" | "header" | "aside" | "main" | "article" | "p" | "h1" | "h2" | "h3" | "li" | "td"
        )
        .then(|| tag.to_owned())
    };
    let boxes = || element.ancestors().take(MAX_ABOVE).filter_map(ElementRef::wrap);
    let named = |above: ElementRef<'_>| {
        let class = classes(above).first().map(|class| format!(".{class}"));
        id(above).map(|id| format!("#{id}")).or(class)
    };
    match boxes().find_map(named).or_else(|| boxes().find_map(semantic)) {
        Some(around) => format!("{around} {tag}"),
        None => tag.to_owned(),
    }
}

/// The nearest boxes around `element` that have a name: how far they are, the name, its cost.
fn above(element: ElementRef<'_>) -> Vec<(usize, String, f32)> {
    let mut found = Vec::new();
    for (distance, above) in element.ancestors().take(MAX_ABOVE).filter_map(ElementRef::wrap).enumerate() {
        let tag = above.value().name();
        let distance = distance + 1;
        for class in classes(above).into_iter().take(2) {
            let written = if matches!(tag, "ul" | "ol" | "table" | "dl") {
                format!("{tag}.{class}")
            } else {
                format!(".{class}")
            };
            found.push((distance, written, 0.6 + class_cost(class)));
        }
        found.extend(id(above).map(|id| (distance, format!("#{id}"), 0.5)));
        if matches!(tag, "main" | "table") {
            found.push((distance, tag.to_owned(), 1.0));
        }
        if found.len() >= 6 {
            break;
        }
    }
    found
}

/// The id of an element, if it looks made by a person.
fn id(element: ElementRef<'_>) -> Option<&str> {
    element.value().id().filter(|id| is_written_by_hand(id))
}

/// The classes of an element that are worth writing, the most telling first.
fn classes(element: ElementRef<'_>) -> Vec<&str> {
    let mut found: Vec<&str> = element.value().classes().filter(|class| is_telling(class)).collect();
    found.sort_by(|a, b| class_cost(a).total_cmp(&class_cost(b)));
    found.dedup();
    found.truncate(MAX_CLASSES);
    found
}

/// What a class costs: less where it says what the thing is, more where it is long.
fn class_cost(class: &str) -> f32 {
    const WORDS: &str = "item items card post posts entry article story news teaser list listing result thread topic product \
        title headline subject date time datum published summary excerpt desc description intro lead image \
        thumb thumbnail photo release event meta";
    let lower = class.to_ascii_lowercase();
    let telling = lower.split(['-', '_']).any(|part| WORDS.split(' ').any(|word| word == part));
    let long = if class.len() > 24 { 0.4 } else { 0.0 };
    // `card__title--big`: a variant of the thing.
    let variant = if class.contains("--") { 0.4 } else { 0.0 };
    (if telling { -0.4 } else { 0.0 }) + long + variant
}

fn is_telling(class: &str) -> bool {
    is_written_by_hand(class) && !is_state(&class.to_ascii_lowercase()) && !is_utility(class)
}

/// Whether a class or id may have been chosen by a person, and can be written in a selector as it is.
fn is_written_by_hand(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || c.is_alphabetic());
    let begins = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    plain && begins && name.len() <= MAX_CLASS && name.len() > 1 && !name.split(['-', '_']).any(is_made_by_program)
}

/// Whether one part of a class is a number or a hash: `3kdJ9`, `x7Gh2`, `css` before one counts as well as it does alone.
fn is_made_by_program(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let upper_after_lower =
        part.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    let vowels = part.chars().filter(|c| "aeiouyAEIOUY".contains(*c) || !c.is_ascii()).count();
    let letters = part.len() - digits;
    // `h2`, `col2` and `list2024` were chosen; `1q2w3e` was not.
    let mixed = digits > 0
        && letters > 0
        && !(part.trim_end_matches(|c: char| c.is_ascii_digit()).len() == letters && digits <= 2);
    let numbered = digits >= 3;
    let unspeakable = letters >= 5 && vowels == 0 || letters >= 8 && vowels * 6 < letters;
    mixed || numbered || unspeakable || upper_after_lower >= 3
}

/// Classes that say how a thing looks or where it stands, not what it is.
fn is_utility(class: &str) -> bool {
    const STARTS: &str = "m- mt- mb- ml- mr- mx- my- p- pt- pb- pl- pr- px- py- w- h- min- max- text- bg- font- flex- grid- \
        col- row- gap- space- items- justify- align- self- order- border- rounded- shadow- leading- \
        tracking- opacity- z- d- float- pull- offset- overflow- wp-block- elementor- u- g- uk-width uk- \
        margin small- medium- large- wow fade animate animated lh- pad_ pad- padding margin";
    const WORDS: &str = "row col column columns container wrapper inner outer flex grid block inline relative absolute fixed \
        sticky group clear cf clearfix border rounded shadow truncate uppercase bold center left right top \
        bottom active first last box fl fr cell small large";
    // The classes of microformats2 look like those of margins and widths.
    const MICROFORMATS: [&str; 7] = ["h-entry", "h-feed", "p-name", "p-summary", "u-url", "dt-published", "e-content"];
    let lower = class.to_ascii_lowercase();
    if MICROFORMATS.contains(&lower.as_str()) {
        return false;
    }
    // `span4`, `col2`: a column of some grid.
    let column = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_column = column.len() < lower.len()
        && matches!(column, "span" | "col" | "grid" | "cell" | "column" | "unit" | "pad" | "size");
    let look = STARTS.split(' ').any(|start| lower.starts_with(start)) || WORDS.split(' ').any(|word| word == lower);
    is_column || look
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_people_and_of_programs() {
        for class in [
            "card",
            "news-item",
            "post_title",
            "c-teaser",
            "entry2",
            "ListItem",
            "h-entry",
            "nachrichten-liste",
            "新闻列表",
        ] {
            assert!(is_telling(class), "{class}");
        }
        for class in [
            "css-1q2w3e",
            "sc-bdVaJa-x7Gh2",
            "_3kdJ9",
            "jsx-2871293",
            "post-18233",
            "mt-4",
            "md:flex",
            "w-1/2",
            "row",
            "odd",
            "category-town",
            "Card_title__x7Gh2",
            "bXkTqWzR",
            "is-open",
            "-x",
            "2col",
        ] {
            assert!(!is_telling(class), "{class}");
        }
    }
}
