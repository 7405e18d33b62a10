//! From the document to a valid [`Config`]: the top level, the feeds, their listings and articles.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use toml::de::{DeTable, DeValue};
use url::Url;

use super::field::{self, DATE, FILES, IMAGE, Kind, LINK, SUBJECTS, TEXT};
use super::fingerprint::Lines;
use super::settings::{self, Settings, parsed};
use super::written::{Item, Reading, Shape, Table, Trouble, did_you_mean, shown};
use super::{Config, Source, SourceOptions, expect, leaf, media, merged, publication, request};
use crate::model::{FeedId, Zone};
use crate::page::field::Field;
use crate::{article, listing};

/// The most feeds of one file.
const MAX_FEEDS: usize = 100_000;

const TOP: Shape = Shape {
    name: "the top level",
    keys: &[
        "base_url",
        "title",
        "contact",
        "hub",
        "host",
        "precompress",
        "health",
        "metrics",
        "defaults",
        "feeds",
        "merged",
    ],
};
const DEFAULTS: Shape = Shape {
    name: "`[defaults]`",
    keys: &[
        "timezone",
        "language",
        "encoding",
        "full_text",
        "max_entries",
        "max_articles_per_run",
        "strip_title_suffix",
        "interval",
        "errors",
        "date",
        "expect",
        "include",
        "exclude",
        "request",
        "hub",
        "media",
        "visibility",
        "excerpt",
        "rights",
        "credit",
        "archive",
        "podcast",
    ],
};
const FEED: Shape = Shape {
    name: "a feed",
    keys: &[
        "url",
        "title",
        "description",
        "category",
        "language",
        "timezone",
        "encoding",
        "full_text",
        "max_entries",
        "max_articles_per_run",
        "strip_title_suffix",
        "interval",
        "errors",
        "root",
        "listing",
        "article",
        "expect",
        "include",
        "exclude",
        "request",
        "date",
        "hub",
        "media",
        "visibility",
        "excerpt",
        "rights",
        "credit",
        "archive",
        "podcast",
    ],
};
const LISTING: Shape = Shape {
    name: "`listing`",
    keys: &[
        "items",
        "title",
        "link",
        "date",
        "updated",
        "summary",
        "image",
        "content",
        "author",
        "categories",
        "enclosure",
        "guid",
        "next",
    ],
};
const ARTICLE: Shape = Shape {
    name: "`article`",
    keys: &[
        "content",
        "remove",
        "recurring",
        "title",
        "date",
        "updated",
        "author",
        "summary",
        "image",
        "categories",
        "enclosure",
        "source",
        "via",
        "comments",
        "next",
    ],
};

/// Where a key may belong that stands in the wrong table, the likeliest first.
pub(super) const SHAPES: [&Shape; 11] = [
    &FEED,
    &LISTING,
    &ARTICLE,
    &request::SHAPE,
    &expect::SHAPE,
    &media::SHAPE,
    &publication::EXCERPT,
    &publication::PODCAST,
    &TOP,
    &field::SHAPE,
    &merged::SHAPE,
];

/// What all feeds share that say nothing of how to read a listing: thousands of empty tables would take memory.
static NO_LISTING_RULES: LazyLock<Arc<listing::Rules>> = LazyLock::new(Arc::default);
/// What all feeds share that say nothing of how to read an article.
static NO_ARTICLE_RULES: LazyLock<Arc<article::Rules>> = LazyLock::new(Arc::default);
/// What all feeds share that leave no story out.
/// Reads the whole document; what it returns is only valid if `reading` has no drafts.
pub(super) fn config(reading: &mut Reading<'_>, root: &DeTable<'_>) -> Config {
    let top = reading.keys(root, &TOP);
    let mut config = Config {
        base_url: top.get("base_url").and_then(|item| base_url(reading, item)),
        title: top.get("title").and_then(|item| reading.line(item)),
        contact: top.get("contact").and_then(|item| contact(reading, item)),
        health: top.get("health").and_then(|item| reading.boolean(item)).unwrap_or(false),
        metrics: top.get("metrics").and_then(|item| parsed(reading, item, leaf::file)),
        host: top.get("host").and_then(|item| parsed(reading, item, leaf::host)),
        precompress: top.get("precompress").and_then(|item| reading.boolean(item)).unwrap_or(false),
        sources: Vec::new(),
        merged: Vec::new(),
        digest: String::new(),
    };
    let defaults = top.get("defaults").and_then(|item| reading.table(item, &DEFAULTS));
    if let Some(table) = defaults {
        needs_base_url(reading, top, table);
    }
    needs_base_url(reading, top, top);
    let mut defaults = defaults.map(|table| Settings::read(reading, table)).unwrap_or_default();
    let hub = top.get("hub").and_then(|item| parsed(reading, item, leaf::address));
    defaults.hub = defaults.hub.or(hub);
    let Some((item, key)) = top.get_with_key("feeds") else {
        no_feeds(reading, 0..0);
        return config;
    };
    if !item.value.get_ref().is_table() {
        reading.wrong_type::<()>(item, "a table");
        return config;
    }
    let feeds = reading.entries(item);
    if feeds.is_empty() {
        no_feeds(reading, key);
    } else if feeds.len() > MAX_FEEDS {
        reading.mistake(key, format!("more than {MAX_FEEDS} feeds"));
        return config;
    }
    config.sources.reserve_exact(feeds.len());
    let mut before = None;
    let names: HashSet<&str> = feeds.iter().map(|(item, _)| item.key).collect();
    for (item, key) in feeds {
        if let DeValue::Table(table) = item.value.get_ref() {
            needs_base_url(reading, top, Table::unchecked(table));
        }
        if let Some(source) = source(reading, item, &key, &defaults, &names, &mut before) {
            config.sources.push(source);
        }
    }
    config.merged = merged::read(reading, top.get("merged"), &config.sources, &names);
    config
}

/// Hubs and copied pictures are named by where the folder is served.
fn needs_base_url(reading: &mut Reading<'_>, top: Table<'_>, table: Table<'_>) {
    if top.get("base_url").is_some() {
        return;
    }
    let wanted = ["hub", "media"].into_iter().filter_map(|key| table.get(key));
    for item in wanted.filter(|item| !matches!(item.value.get_ref(), DeValue::Boolean(false))) {
        let message = format!("`{}` needs `base_url`", shown(item.key));
        let help =
            "say where the folder will be served, at the top of the file: `base_url = \"https://me.example/feeds/\"`";
        reading.absence(item.span(), message, help);
    }
}

fn no_feeds(reading: &mut Reading<'_>, span: Range<usize>) {
    // Where a misspelt `[feed.x]` stands, that is the mistake to mend.
    if reading.drafts.iter().any(|draft| draft.message.starts_with("unknown key `feed")) {
        return;
    }
    let help = "add a table such as `[feeds.acme]` with a line such as `url = \"https://acme.example/news\"`";
    reading.absence(span, "no feeds", help);
}

/// One feed; all of it is read even where its id or address is wrong.
fn source(
    reading: &mut Reading<'_>,
    item: Item<'_>,
    key: &Range<usize>,
    defaults: &Settings,
    names: &HashSet<&str>,
    before: &mut Option<Arc<SourceOptions>>,
) -> Option<Source> {
    let id = feed_id(reading, item.key, key, names);
    if !item.value.get_ref().is_table() {
        reading.wrong_type::<()>(item, "a table");
        return None;
    }
    let table = reading.table(item, &FEED)?;
    let url = if let Some(url) = table.get("url") {
        page_address(reading, url)
    } else {
        let message = format!("the feed `{}` has no `url`", shown(item.key));
        reading.absence(key.clone(), message, "add a line such as `url = \"https://acme.example/news\"`");
        None
    };
    let title = table.get("title").and_then(|item| reading.line(item));
    let description = table.get("description").and_then(|item| reading.line(item));
    let category = table.get("category").and_then(|item| reading.line(item));
    let root = table.get("root").and_then(|item| parsed(reading, item, leaf::relative_folder));
    let settings = Settings::read(reading, table).over(defaults);
    let format = settings.date_format.as_deref();
    let listing = table.get("listing").map(|item| Arc::new(listing_rules(reading, item, format)));
    let article = table.get("article").map(|item| Arc::new(article_rules(reading, item, format)));
    let (id, url) = (id?, url?);
    let request = settings.request.clone().into_options();
    let mut lines = Lines::new();
    lines.raw("url", table.get("url"));
    lines.text("title", title.as_deref());
    lines.settings(&settings);
    lines.raw("listing", table.get("listing"));
    lines.raw("article", table.get("article"));
    lines.raw("root", table.get("root"));
    lines.headers(&request);
    let options = SourceOptions {
        description,
        language: settings.language,
        timezone: settings.timezone.unwrap_or(Zone::UTC),
        encoding: settings.encoding,
        full_text: settings.full_text.unwrap_or(super::FULL_TEXT),
        max_entries: settings.max_entries.unwrap_or(super::MAX_ENTRIES),
        max_articles_per_run: settings.max_articles_per_run.unwrap_or(super::MAX_ARTICLES_PER_RUN),
        strip_title_suffix: settings.strip_title_suffix.unwrap_or(false),
        date_order: settings.date_order,
        expect: settings.expect,
        interval: settings.interval,
        errors: settings.errors.unwrap_or_default(),
        include: settings.include,
        exclude: settings.exclude,
        request,
        hub: settings.hub,
        media: settings.media.and_then(media::Pictures::into_limits),
        publication: settings.publication.finish(),
    };
    // Held once as long as they stay the same, as they do for most feeds.
    let options = match before {
        Some(same) if **same == options => Arc::clone(same),
        _ => Arc::clone(before.insert(Arc::new(options))),
    };
    Some(Source {
        id,
        url,
        title,
        category,
        listing: listing.unwrap_or_else(|| Arc::clone(&NO_LISTING_RULES)),
        article: article.unwrap_or_else(|| Arc::clone(&NO_ARTICLE_RULES)),
        root,
        options,
        fingerprint: lines.finish(),
    })
}

/// The id that `written` is; `names` are those of all feeds.
fn feed_id(reading: &mut Reading<'_>, written: &str, key: &Range<usize>, names: &HashSet<&str>) -> Option<FeedId> {
    let reason = match FeedId::new(written) {
        Ok(id) if written == merged::ALL => {
            let message = format!("`{id}` is the merged feed of all feeds");
            reading.mistake_with(
                key.clone(),
                message,
                "give the feed another name; `[merged.all]` says more of that one",
            );
            return None;
        }
        Ok(id) => return Some(id),
        Err(reason) => reason,
    };
    let lower = written.to_ascii_lowercase();
    if lower != written && names.contains(lower.as_str()) {
        let message = format!("the files of `{}` and `{lower}` are the same where case does not count", shown(written));
        reading.mistake_with(key.clone(), message, "give one of the two feeds another name");
        return None;
    }
    let letters = written.chars().take(100).map(|c| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') => c,
        _ => '-',
    });
    let near: String = letters.collect();
    let near = near.trim_matches(['-', '_', '.']);
    let message = format!("`{}` cannot be the id of a feed: {reason}", shown(written));
    match FeedId::new(near) {
        Ok(id) => reading.mistake_with(key.clone(), message, did_you_mean(id)),
        Err(_) => reading.mistake(key.clone(), message),
    }
    None
}

/// The address of the index page; `${NAME}` is replaced.
fn page_address(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Url> {
    let text = reading.string(item)?;
    veil_credentials(reading, item, text);
    let expanded = request::expand(text, reading.environment);
    let expanded = reading.take(item, expanded)?;
    let address = leaf::address(&expanded).map_err(|trouble| without_scheme(text, trouble));
    reading.take(item, address)
}

/// `trouble` with the address that `text` becomes with a scheme, where that is what it lacks.
fn without_scheme(text: &str, trouble: Trouble) -> Trouble {
    let trimmed = text.trim();
    let bare = !trimmed.contains([':', '/', ' ', '$']) || trimmed.split('/').next().is_some_and(looks_like_host);
    match &trouble.help {
        Some(_) if bare && trimmed.contains('.') && !trimmed.contains("${") && !trimmed.contains("://") => {
            Trouble::with(trouble.message, did_you_mean(format!("https://{}", shown(trimmed))))
        }
        _ => trouble,
    }
}

fn looks_like_host(word: &str) -> bool {
    word.contains('.') && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

fn base_url(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Url> {
    let text = reading.string(item)?;
    veil_credentials(reading, item, text);
    let line = reading.line(item)?;
    reading.take(item, leaf::folder_address(&line).map_err(|trouble| without_scheme(text, trouble)))
}

/// Hides an address with a password from quoted lines.
fn veil_credentials(reading: &mut Reading<'_>, item: Item<'_>, text: &str) {
    let authority = text.split_once("//").map_or(text, |(_, rest)| rest).split(['/', '?', '#']).next();
    if authority.is_some_and(|authority| authority.contains('@')) {
        reading.veiled.push(item.span());
    }
}

/// An address or e-mail; it becomes part of a header.
fn contact(reading: &mut Reading<'_>, item: Item<'_>) -> Option<String> {
    let line = reading.line(item)?;
    let plain = line.len() <= 200 && line.bytes().all(|b| b.is_ascii_graphic() && !b"()\\\"".contains(&b));
    if !plain || !(line.contains('@') || line.contains("://")) {
        let help = "give an address such as `https://me.example/about` or an e-mail";
        reading.mistake_with(item.span(), "`contact` is neither an address nor an e-mail", help);
        return None;
    }
    Some(line)
}

/// Reads the fields of one table.
struct Fields<'r, 'e, 't, 'f> {
    reading: &'r mut Reading<'e>,
    table: Table<'t>,
    format: Option<&'f str>,
}

impl Fields<'_, '_, '_, '_> {
    fn get(&mut self, key: &'static str, kind: Kind) -> Option<Field> {
        let item = self.table.get(key)?;
        field::field(self.reading, item, kind, self.format)
    }
}

fn listing_rules(reading: &mut Reading<'_>, item: Item<'_>, format: Option<&str>) -> listing::Rules {
    let Some(table) = reading.table(item, &LISTING) else { return listing::Rules::default() };
    let items = table.get("items").map(|item| field::selectors(reading, item));
    let (items, items_written) = items.map_or((None, String::new()), |(items, words)| (Some(items), words));
    let mut fields = Fields { reading, table, format };
    listing::Rules {
        items,
        items_written,
        title: fields.get("title", TEXT),
        link: fields.get("link", LINK),
        date: fields.get("date", DATE),
        updated: fields.get("updated", DATE),
        summary: fields.get("summary", TEXT),
        content: fields.get("content", TEXT),
        image: fields.get("image", IMAGE),
        author: fields.get("author", TEXT),
        categories: fields.get("categories", SUBJECTS),
        enclosure: fields.get("enclosure", FILES),
        guid: fields.get("guid", TEXT),
        next: fields.get("next", LINK),
    }
}

fn article_rules(reading: &mut Reading<'_>, item: Item<'_>, format: Option<&str>) -> article::Rules {
    let Some(table) = reading.table(item, &ARTICLE) else { return article::Rules::default() };
    let remove = table.get("remove").map(|item| field::selectors(reading, item).0).unwrap_or_default();
    let keep_recurring = table.get("recurring").and_then(|item| settings::keep(reading, item)).unwrap_or(false);
    let mut fields = Fields { reading, table, format };
    article::Rules {
        content: fields.get("content", TEXT),
        remove,
        keep_recurring,
        title: fields.get("title", TEXT),
        date: fields.get("date", DATE),
        updated: fields.get("updated", DATE),
        author: fields.get("author", TEXT),
        summary: fields.get("summary", TEXT),
        image: fields.get("image", IMAGE),
        categories: fields.get("categories", SUBJECTS),
        enclosure: fields.get("enclosure", FILES),
        source: fields.get("source", TEXT),
        via: fields.get("via", LINK),
        comments: fields.get("comments", TEXT),
        next: fields.get("next", LINK),
    }
}
