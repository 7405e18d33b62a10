//! Whole files: a good one with every key, bad ones with every mistake in its place, and what must never be shown.

use proptest::prelude::*;

use super::*;
use crate::page::field::{Field, Look};

const GOOD: &str = r#"
base_url = "https://me.example/feeds"
title = "My feeds"
contact = "https://me.example/about"

[defaults]
timezone = "Europe/Berlin"
language = "de"
encoding = "UTF-8"
full_text = false
max_entries = 30
max_articles_per_run = 0
strip_title_suffix = true
date = { order = "dmy" }
expect = { min_items = 3 }
include = { title = "(?i)news" }
exclude = { link = "/ads/" }
request = { headers = { Cookie = "a=${COOKIE}", Accept-Language = "de" }, delay = "3s", timeout = "1m30s" }

[feeds.zebra]
url = "https://zebra.example/news?key=${KEY}"

[feeds.acme]
url = "https://acme.example/news"
title = "Acme"
description = "All of it"
language = "zh-cn"
timezone = "Australia/Melbourne"
encoding = "gbk"
full_text = true
max_entries = 500
max_articles_per_run = 7
strip_title_suffix = false
root = "../mirror/acme"
include = { text = "x", category = "y" }
expect = { min_items = 5, max_age = "7d" }
date = { format = "%d.%m.%Y" }
listing.items = ["ul.news > li", "table tr"]
listing.title = "h3"
listing.link = ["a.more", "@data-href", "."]
listing.date = ["p time.posted", ".day", { css = "i", format = "%Y" }]
listing.updated = "time@title"
listing.summary = { css = "p", regex = '^(.{10})', optional = true }
listing.image = "img"
listing.content = { jsonld = "articleBody" }
listing.author = { meta = "Author", all = true, join = ", " }
listing.categories = ".tag"
listing.enclosure = 'a[href$="@.pdf"]'
listing.guid = { css = "a", attr = "id" }
listing.next = "a.next"

[feeds.acme.article]
content = "div.body"
remove = [".ad", "p.disclaimer"]
title = "h1"
date = { jsonld = "datePublished" }
updated = { css = "time", attr = "datetime" }
author = ".byline"
summary = { value = "none" }
image = { css = "img@data-src" }
categories = "a[rel=tag]"
enclosure = "audio@src"
source = ".source"
via = "a.original"
comments = ".count"
next = "a.next-page"

[feeds.acme.request]
headers = { cookie = "b=$${x}" }
max_bytes = "2MiB"
allow_private = true
robots = { obey = false, reason = "the owner said so" }
render = "never"
"#;

fn environment(name: &str) -> Option<String> {
    match name {
        "COOKIE" => Some("hidden-cookie".to_owned()),
        "KEY" => Some("k1".to_owned()),
        "EMPTY" => Some(String::new()),
        "UGLY" => Some("hidden\nline".to_owned()),
        _ => None,
    }
}

fn good(text: &str) -> Config {
    match parse(text, "feeds.toml", &environment) {
        Ok(config) => config,
        Err(mistakes) => panic!("{mistakes}"),
    }
}

fn bad(text: &str) -> Mistakes {
    parse(text, "feeds.toml", &environment).expect_err("a mistake")
}

/// `line:column message | help`, one a line.
fn listed(mistakes: &Mistakes) -> Vec<String> {
    let lines = mistakes.reports().into_iter().map(|report| {
        let help = report.help.map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{}:{} {}{help}", report.line, report.column, report.message)
    });
    lines.collect()
}

/// How the alternatives of a field look: `css@attribute/format`.
fn words(field: Option<&Field>) -> String {
    let field = field.expect("a field");
    let words = field.alternatives.iter().map(|alternative| {
        let look = match &alternative.look {
            Look::Css(_) => alternative.written.as_str(),
            Look::Scope => "scope",
            Look::Meta(name) => name,
            Look::JsonLd(path) => path.last().expect("a path"),
            Look::Value(value) => value,
        };
        let attribute = alternative.attribute.as_ref().map(|name| format!(" @{name}")).unwrap_or_default();
        let format = alternative.format.as_ref().map(|format| format!(" /{format}")).unwrap_or_default();
        let all = if alternative.all { " all" } else { "" };
        format!("{look}{attribute}{format}{all}")
    });
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_key() {
    let config = good(GOOD);
    assert_eq!(config.base_url.as_ref().map(Url::as_str), Some("https://me.example/feeds/"));
    assert_eq!(config.title.as_deref(), Some("My feeds"));
    let ids: Vec<_> = config.sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids, ["zebra", "acme"]);
    let [zebra, acme] = config.sources.as_slice() else { panic!("two sources") };

    assert_eq!(zebra.url.as_str(), "https://zebra.example/news?key=k1");
    assert_eq!(zebra.options.timezone, Zone::named("Europe/Berlin").unwrap());
    assert_eq!(
        (zebra.options.full_text, zebra.options.max_entries, zebra.options.max_articles_per_run),
        (false, 30, 0)
    );
    assert!(
        zebra.options.strip_title_suffix
            && zebra.options.include.title.is_some()
            && zebra.options.exclude.link.is_some()
    );
    assert_eq!(zebra.options.request.delay, Duration::from_secs(3));
    assert_eq!(zebra.options.request.timeout, Duration::from_secs(90));
    let headers: Vec<_> =
        zebra.options.request.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
    assert_eq!(headers, [("Cookie", "a=hidden-cookie"), ("Accept-Language", "de")]);

    assert_eq!(acme.options.language.as_deref(), Some("zh-CN"));
    assert_eq!(acme.options.encoding.as_deref(), Some("gbk"));
    assert_eq!(acme.options.date_order, Some(Order::Dmy));
    assert_eq!(acme.root, Some(PathBuf::from("../mirror/acme")));
    assert_eq!(
        (acme.options.expect.min_items, acme.options.expect.max_age),
        (Some(5), Some(Duration::from_hours(168)))
    );
    assert!(acme.options.include.title.is_some() && acme.options.include.category.is_some());
    let headers: Vec<_> =
        acme.options.request.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
    assert_eq!(headers, [("cookie", "b=${x}"), ("Accept-Language", "de")]);
    assert_eq!(acme.options.request.max_bytes, 2 * 1024 * 1024);
    assert!(acme.options.request.allow_private && !acme.options.request.obey_robots);
    assert_eq!(acme.options.request.robots_reason.as_deref(), Some("the owner said so"));
}

#[test]
fn field_words() {
    let config = good(GOOD);
    let source = config.sources.last().expect("acme");
    let (listing, article) = (&source.listing, &source.article);
    assert_eq!(listing.items.as_ref().map(Vec::len), Some(2));
    assert_eq!(listing.items_written, "ul.news > li, table tr");
    assert_eq!(article.remove.len(), 2);
    for (field, expected) in [
        (&listing.title, "h3"),
        (&listing.link, "a.more @href; scope @data-href; scope @href"),
        (&listing.date, "p time.posted @datetime; p time.posted /%d.%m.%Y; .day /%d.%m.%Y; i /%Y"),
        (&listing.updated, "time@title @title /%d.%m.%Y"),
        (&listing.image, "img @src"),
        (&listing.content, "articleBody"),
        (&listing.author, "author all"),
        (&listing.categories, ".tag all"),
        (&listing.enclosure, "a[href$=\"@.pdf\"] @href all"),
        (&listing.guid, "a @id"),
        (&article.content, "div.body"),
        (&article.date, "datePublished"),
        (&article.updated, "time @datetime"),
        (&article.summary, "none"),
        (&article.image, "img@data-src @data-src"),
        (&article.enclosure, "audio@src @src all"),
        (&article.via, "a.original @href"),
        (&article.next, "a.next-page @href"),
    ] {
        assert_eq!(words(field.as_ref()), expected);
    }
    assert!(listing.summary.as_ref().is_some_and(|field| field.optional));
    assert!(listing.author.as_ref().is_some_and(|field| field.alternatives[0].join.as_deref() == Some(", ")));
}

#[test]
fn one_line_is_enough() {
    let config = good("[feeds.acme]\nurl = 'https://acme.example/news'");
    let source = config.sources.first().expect("acme");
    assert_eq!(
        (source.options.full_text, source.options.max_entries, source.options.max_articles_per_run),
        (true, 50, 20)
    );
    assert!(source.options.request.obey_robots && source.listing.items.is_none());
}

/// A file in which nearly everything is wrong.
const BAD: &str = r#"base_url = "ftp://me.example/"
contcat = "me@me.example"
[defaults]
timezone = "Europe/Berlni"
max_entries = 501
url = "https://x.example/"
[feeds.Acme]
url = "acme.example/news"
max_entires = 5
full_text = "yes"
title = 7
language = "zh_CN"
encoding = "utf8x"
listing = { items = "lü::text", titel = "h3", link = "a@", date = { css = "p", meta = "x" } }
"größe" = 1
[feeds.beta]
article.remove = "div["
article.image = { value = "x", attr = "y" }
article.author = { css = "p", join = "," }
include = { title = "(" }
expect = { min_items = -1, max_age = "7 days" }
date = { order = "dym", format = "%Q" }
root = "/srv"
items = "li"
[feeds.gamma]
url = "https://user:hidden@gamma.example/"
request = { delay = 3, max_bytes = "1GiB", robots = false, render = "always" }
[feeds.delta]
url = "https://delta.example/"
[feeds.delta.request.headers]
User-Agent = "me"
Cookie = "${MISSING}"
"X Y" = "hidden"
X-Ugly = "${UGLY}"
X-Empty = "${EMPTY}"
X-Open = "${open"
"#;

/// What is said of [`BAD`].
const SAID: &[&str] = &[
    "1:12 the address is not http or https | begin it with `https://`",
    "2:1 unknown key `contcat` | did you mean `contact`?",
    "4:12 unknown timezone `Europe/Berlni` | did you mean `Europe/Berlin`?",
    "5:15 `max_entries` is a number from 1 to 500",
    "6:1 unknown key `url` | `url` belongs in a feed",
    "7:8 `Acme` cannot be the id of a feed: an id has only a-z, 0-9, '-', '_' and '.' | did you mean `acme`?",
    "8:7 the address has no scheme | did you mean `https://acme.example/news`?",
    "9:1 unknown key `max_entires` | did you mean `max_entries`?",
    "10:13 `full_text`: expected a boolean, found a string | write it without quotes",
    "11:9 `title`: expected a string, found an integer | write it in quotes",
    "12:12 `zh_CN` is no language tag | did you mean `zh-CN`?",
    "13:12 unknown encoding `utf8x` | did you mean `utf-8`?",
    "14:21 `lü::text` is no CSS selector: this pseudo-class is unknown here | leave out `::text`; without `@attribute` the text is taken",
    "14:33 unknown key `titel` | did you mean `title`?",
    "14:54 there is no attribute after `@` | write it as in `a@href`, or leave out the `@`",
    "14:80 `css` and `meta` exclude each other | alternatives are an array of tables",
    "15:1 unknown key `größe` | a feed has `url`, …",
    "16:8 the feed `beta` has no `url` | add a line such as `url = \"https://acme.example/news\"`",
    "17:18 `div[` is no CSS selector: it ends too early",
    "18:32 `attr` goes with `css` alone",
    "19:38 `join` needs more than one match | add `all = true`",
    "20:21 the pattern is wrong: unclosed group",
    "21:24 `min_items` is a number from 0 to 10000",
    "21:38 this is no duration | write a number and a unit: `90s`, `5m`, `3h`, `7d` or `2w`",
    "22:18 unknown order `dym` | did you mean `dmy`?",
    "22:34 the date format has an unknown `%` item | write the day as `%d`, the month as `%m` or `%B`, the year as `%Y`, hour and minute as `%H:%M`",
    "23:8 `root` is absolute | give a folder relative to that of feeds.toml",
    "24:1 unknown key `items` | `items` belongs in `listing`",
    "26:7 an address has no user name and password here | send them as a header: `request = { headers = { Authorization = \"${NAME}\" } }`",
    "27:21 `delay`: expected a string, found an integer | write a number and a unit: `90s`, `5m` or `3h`",
    "27:36 `max_bytes` is from 1KiB to 256MiB",
    "27:53 robots.txt is not ignored without a reason | write `robots_reason = \"…\"` beside `robots = false`, with the permission that you have",
    "27:69 pages are not rendered in a browser: this is not available yet | leave `render` out, or write `never`",
    "31:1 the header `User-Agent` cannot be set | set `contact` at the top of the file; it becomes part of the User-Agent",
    "32:10 the environment variable `MISSING` is not set | set `MISSING` before the run",
    "33:1 `X Y` is no header name",
    "34:10 the value has characters that a header cannot have",
    "35:11 the environment variable `EMPTY` is empty | give `EMPTY` a value before the run",
    "36:10 `${` is not followed by a name and `}` | write `${NAME}`, or `$${` for a plain `${`",
];

#[test]
fn all_mistakes_at_once() {
    let mistakes = bad(BAD);
    let listed = listed(&mistakes);
    // Which keys there are is not the point here.
    let short = |line: &String| line.split_once(", `title`, ").map_or(line.clone(), |(start, _)| format!("{start}, …"));
    let lines: Vec<_> = listed.iter().map(short).collect();
    assert_eq!(lines, SAID);
    let shown = format!("{}{}{mistakes:?}", mistakes.render(false, 100), mistakes.render(true, 100));
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn a_proxy_is_an_address_and_never_shown() {
    let said = listed(&bad("[feeds.a]\nurl = 'https://a.example'\nrequest = { proxy = 'socks5://hidden' }"));
    assert_eq!(
        said,
        ["3:21 `proxy` is no http or https address | write an address such as `http://proxy.example:3128`"]
    );
    let text =
        "[feeds.a]\nurl = 'https://a.example'\nrequest = { proxy = 'http://me:hidden@p.example:3128/', cookies = 1 }";
    assert!(!bad(text).render(false, 100).contains("hidden"));
    let config = good(&text.replace("1 }", "true }"));
    let request = &config.sources[0].options.request;
    assert_eq!(request.proxy.as_ref().unwrap().reveal(), "http://me:hidden@p.example:3128/");
    assert!(request.cookies && !request.allow_downgrade && request.obey_robots);
    assert!(!format!("{config:?}").contains("hidden"));
}

#[test]
fn robots_txt_is_passed_over_for_a_reason_in_either_place() {
    for request in [
        "{ robots = false, robots_reason = 'ours' }",
        "{ robots = { obey = false, reason = 'ours' } }",
        "{ robots = { obey = false }, robots_reason = 'ours' }",
    ] {
        let config = good(&format!("[feeds.a]\nurl = 'https://a.example'\nrequest = {request}"));
        let request = &config.sources[0].options.request;
        assert_eq!((request.obey_robots, request.robots_reason.as_deref()), (false, Some("ours")));
    }
}

#[test]
fn a_value_of_another_type_has_a_remedy() {
    for (line, remedy) in [
        ("root = 3", "write it in quotes"),
        ("max_entries = 'many'", "as in `max_entries = 20`"),
        ("full_text = 1", "write `true` or `false`"),
        ("listing = 'li'", "`listing = { items = \"…\" }`"),
        ("article = '.body'", "`article = { content = \"…\" }`"),
        ("exclude = 'advert'", "`exclude = { title = \"…\" }`"),
    ] {
        let said = listed(&bad(&format!("[feeds.a]\nurl = 'https://a.example'\n{line}\n"))).join("\n");
        assert!(said.contains(remedy), "{said}");
    }
    assert!(listed(&bad("feeds = 3")).join("").contains("write `[feeds.name]`"));
}

#[test]
fn a_mistake_on_a_terminal() {
    let shown = bad("[feeds.acme]\nurl = 'https://acme.example'\nmax_entires = 5\n").render(false, 80);
    for part in ["feeds.toml:3:1", "max_entires = 5", "^^^^^^^^^^^", "did you mean `max_entries`?", "1 mistake in"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn broken_toml() {
    for (text, expected) in [
        ("", vec!["1:1 no feeds"]),
        ("[feeds]\n", vec!["1:2 no feeds"]),
        ("[feed.acme]\nurl = 'https://a.example'", vec!["1:2 unknown key `feed`"]),
        ("[[feeds]]\nurl = 'https://a.example'", vec!["1:1 `feeds`: expected a table, found an array"]),
        ("feeds.acme = 'https://a.example'", vec!["1:14 `acme`: expected a table, found a string"]),
        (
            "[feeds.a]\nurl = 'https://a.example'\nurl = 'x'\ntitel = ''\n[feeds.a]\nurl = 'https://b.example'",
            vec!["3:1 `url` is there twice", "4:1 unknown key `titel`", "5:8 `a` is there twice"],
        ),
        ("[feeds.a]\nurl = \nmax_entries = 0\n", vec!["2:", "3:15 `max_entries` is a number"]),
    ] {
        let listed = listed(&bad(text));
        for part in &expected {
            assert!(listed.iter().any(|line| line.starts_with(part)), "{text}: {part} in {listed:?}");
        }
        assert!(text.contains("'x'") || listed.len() == expected.len(), "{text}: {listed:?}");
    }
    assert!(bad(&"#".repeat(MAX_CONFIG_BYTES + 1)).list[0].message.contains("4 MiB"));
    assert!(!bad(&format!("{}1{}", "a=[".repeat(50_000), "]".repeat(50_000))).list.is_empty());
    assert!(!bad(&format!("{}=1", vec!["a"; 100_000].join("."))).list.is_empty());
}

#[test]
fn secrets_are_not_shown() {
    let config = good(GOOD);
    assert!(!format!("{config:?}").contains("hidden"));
    for text in [
        "[feeds.a]\nurl = 'https://a.example'\nrequest = { headers = { Cookie = 'hidden', Host = 'hidden' } }",
        "[feeds.a]\nurl = 'https://a.example'\nrequest = { header = { Cookie = 'hidden' } }",
        "[feeds.a]\nurl = 'https://a.example'\ncookie = 'hidden'",
        "[feeds.a]\nurl = 'https://a.example'\nrequest.headers.Cookie = 'hidden",
        "[feeds.a]\nurl = 'https://a.example'\n[feeds.a.request.headers]\nX = 'hidden\nY = 'hidden'",
        "[feeds.a]\nurl = 'https://user:hidden@a.example'",
    ] {
        let mistakes = bad(text);
        let shown = format!("{}{mistakes}{mistakes:?}", mistakes.render(false, 100));
        assert!(!shown.contains("hidden"), "{shown}");
    }
}

#[test]
fn fingerprints() {
    let one = |lines: &str| {
        let config = good(&format!("[feeds.a]\nurl = 'https://a.example'\n{lines}"));
        config.sources.into_iter().next().expect("a source").fingerprint
    };
    let plain = one("");
    assert_eq!(plain.len(), 16);
    for same in ["full_text = true", "request.delay = '5s'", "expect.min_items = 3", "description = 'x'"] {
        assert_eq!(one(same), plain, "{same}");
    }
    for other in ["title = 'x'", "listing.items = 'li'", "include.title = 'x'", "date.order = 'dmy'", "root = 'x'"] {
        assert_ne!(one(other), plain, "{other}");
    }
    assert_eq!(one("listing = { items = 'li', title = 'b' }"), one("listing.title = 'b'\nlisting.items = 'li'"));
    assert_eq!(one("request.headers.Cookie = 'a'"), one("request.headers.cookie = 'b'"));
}

#[test]
fn durations_and_sizes() {
    for (text, seconds) in
        [("90s", Some(90)), ("5m", Some(300)), ("1h30m", Some(5400)), ("2w", Some(1_209_600)), ("", None), ("5", None)]
    {
        assert_eq!(leaf::duration(text).ok(), seconds.map(Duration::from_secs), "{text}");
    }
    for text in ["-1s", "1.5h", "s", "5y", "99999999999999999999s", "1000000w"] {
        assert!(leaf::duration(text).is_err(), "{text}");
    }
    for (text, bytes) in [("15MiB", Some(15 << 20)), ("1 kB", Some(1000)), ("7", Some(7)), ("MiB", None), ("1x", None)]
    {
        assert_eq!(leaf::size(text).ok(), bytes, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(pieces in proptest::collection::vec(piece(), 0..30), noise in "\\PC{0,20}") {
        let text = format!("{}{noise}", pieces.concat());
        if let Err(mistakes) = parse(&text, "feeds.toml", &environment) {
            prop_assert!(!mistakes.list.is_empty());
            prop_assert!(!mistakes.render(false, 80).is_empty());
        }
    }
}

/// Parts from which nearly valid files are made.
fn piece() -> impl Strategy<Value = String> {
    let parts = [
        "[feeds.a]\n",
        "[[feeds]]\n",
        "[feeds]\n",
        "[a.b]\n",
        "url",
        "listing",
        "feeds",
        "date",
        "request",
        "headers",
        ".",
        " = ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        "\"",
        "'",
        "'a@b'",
        "\"https://a.example\"",
        "${COOKIE}",
        "1",
        "true",
        "\"\"\"",
        "\t",
        "\r\n",
        "é",
        "#",
    ];
    proptest::sample::select(parts.to_vec()).prop_map(str::to_owned)
}
