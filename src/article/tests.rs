//! Whole pages, each in the words of one vocabulary.

use url::Url;

use super::*;
use crate::page::Document;

fn article(html: &str) -> Article {
    let document = Document::parse(html, &Url::parse("https://site.example/news/2026/bridge").unwrap());
    read(&document, &Rules::default())
}

const TEXT: &str = "<p>The new bridge over the river was opened on Monday morning, and the anglers of the town came at once with their chairs and their tea.</p>\
                    <p>Nobody remembers who had asked for it first, said the mayor, but everybody remembers who had been against it, and they were all there.</p>";

/// A page with `head` and a body with `lines` around the headline.
fn page(head: &str, lines: &str) -> Article {
    article(&format!(
        "<html><head><title>The bridge | Daily Test</title>{head}</head><body><main><h1>The bridge</h1>{lines}<article>{TEXT}</article></main></body></html>"
    ))
}

fn json_ld(json: &str) -> Article {
    page(&format!("<script type='application/ld+json'>{json}</script>"), "")
}

fn authors(article: &Article) -> Vec<&str> {
    article.authors.iter().flat_map(|claim| claim.value.iter().map(String::as_str)).collect()
}

#[test]
fn authors_in_the_shapes_of_json_ld() {
    for (author, wanted) in [
        (r#""Ada Berg""#, vec!["Ada Berg"]),
        (r#""Ada Berg, Bo Cam and Cy Dol""#, vec!["Ada Berg", "Bo Cam", "Cy Dol"]),
        (r#"["Ada Berg", "Bo Cam"]"#, vec!["Ada Berg", "Bo Cam"]),
        (r#"{"@type": "Person", "name": "By Ada Berg, Science Editor"}"#, vec!["Ada Berg"]),
        (
            r#"[{"@type": "Person", "name": "Ada Berg"}, {"@type": "Person", "name": "Bo Cam"}]"#,
            vec!["Ada Berg", "Bo Cam"],
        ),
        (r#"{"@type": "Person", "name": ["Ada Berg", "Bo Cam"]}"#, vec!["Ada Berg", "Bo Cam"]),
        (r#"{"@type": "Person", "givenName": "Ada", "familyName": "Berg"}"#, vec!["Ada Berg"]),
        (r#"{"@type": "Organization", "name": "North Sea Press Agency"}"#, vec!["North Sea Press Agency"]),
        (r##"{"@id": "#ada"}"##, vec!["Ada Berg"]),
        (r#"{"@type": "Person", "name": "Ada Berg (@adaberg)", "url": "https://site.example/ada"}"#, vec!["Ada Berg"]),
        (r#"{"@type": "Person", "name": "王小明"}"#, vec!["王小明"]),
    ] {
        let json = format!(
            r##"{{"@context": "https://schema.org", "@graph": [{{"@type": "Person", "@id": "#ada", "name": "Ada Berg"}},
               {{"@type": ["NewsArticle"], "headline": "The bridge", "author": {author}}}]}}"##
        );
        assert_eq!(authors(&json_ld(&json)), wanted, "{author}");
    }
}

#[test]
fn json_ld_that_is_broken_or_wrapped() {
    for json in [
        r#"{"@type": "Article", "headline": "The bridge", "datePublished": "2026-05-06T07:08:09Z", "author": "Ada Berg",}"#,
        "<!-- {\"@type\": \"Article\", \"headline\": \"The bridge\", \"datePublished\": \"2026-05-06T07:08:09Z\", \"author\": \"Ada Berg\"} -->",
        "//<![CDATA[\n{\"@type\": \"Article\", \"headline\": \"The bridge\", // the title\n \"datePublished\": \"2026-05-06T07:08:09Z\", /* UTC */ \"author\": \"Ada Berg\"}\n//]]>",
        "{\"@type\": \"WebSite\", \"name\": \"Daily Test\"}{\"@type\": \"Article\", \"headline\": \"The bridge\", \"datePublished\": \"2026-05-06T07:08:09Z\", \"author\": \"Ada Berg\"}",
        "{\"@type\": \"Article\", \"description\": \"It is \"new\",\nand long\", \"headline\": \"The bridge\", \"datePublished\": \"2026-05-06T07:08:09Z\", \"author\": \"Ada Berg\"}",
        "[{\"@type\": \"Article\", \"headline\": \"The bridge\", \"datePublished\": \"2026-05-06T07:08:09Z\", \"author\": {\"name\": \"Ada Berg\"}",
    ] {
        let article = json_ld(json);
        assert_eq!(article.published[0].value.text, "2026-05-06T07:08:09Z", "{json}");
        assert_eq!(
            (authors(&article), article.authors.as_ref().unwrap().origin),
            (vec!["Ada Berg"], Origin::JsonLd),
            "{json}"
        );
    }
}

#[test]
fn recordings_pictures_comments_and_language_in_json_ld() {
    let article = json_ld(
        r#"{"@type": "NewsArticle", "headline": "The bridge", "inLanguage": "en-GB",
            "image": {"@type": "ImageObject", "url": "/b.jpg", "width": 1200, "height": "800px", "caption": "The bridge at noon"},
            "audio": {"@type": "AudioObject", "name": "Read aloud", "contentUrl": "/stream/77", "encodingFormat": "audio/mpeg", "contentSize": "1234567"},
            "video": [{"@type": "VideoObject", "contentUrl": "/v.mp4", "contentSize": "3.5 MB"}],
            "interactionStatistic": [{"@type": "InteractionCounter", "interactionType": "https://schema.org/LikeAction", "userInteractionCount": 99},
                                     {"@type": "InteractionCounter", "interactionType": {"@type": "CommentAction"}, "userInteractionCount": "7"}]}"#,
    );
    assert_eq!(article.language.as_deref(), Some("en-GB"));
    let image = &article.image.as_ref().unwrap().value;
    assert_eq!(
        (image.width, image.height, image.caption.as_deref()),
        (Some(1200), Some(800), Some("The bridge at noon"))
    );
    let files: Vec<_> =
        article.enclosures.iter().map(|file| (file.url.path(), file.media_type.as_deref(), file.length)).collect();
    assert_eq!(files, [("/stream/77", Some("audio/mpeg"), Some(1_234_567)), ("/v.mp4", Some("video/mp4"), None)]);
    assert_eq!(article.enclosures[0].title.as_deref(), Some("Read aloud"));
    assert_eq!(article.comments.as_ref().unwrap().count, Some(7));
}

#[test]
fn one_vocabulary_of_meta_elements_is_enough() {
    for (head, date, names) in [
        (
            "<meta property=article:published_time content=2026-05-06T07:08Z><meta property=article:author content='Ada Berg'>",
            "2026-05-06T07:08Z",
            vec!["Ada Berg"],
        ),
        (
            "<meta name=DC.date.issued content=2026-05-06><meta name=DC.creator content='Berg, Ada'><meta name=DC.creator content='Cam, Bo'>",
            "2026-05-06",
            vec!["Ada Berg", "Bo Cam"],
        ),
        (
            "<meta name=citation_publication_date content=2026/05/06><meta name=citation_author content='Berg, Ada B.'>",
            "2026/05/06",
            vec!["Ada B. Berg"],
        ),
        (
            "<meta name=parsely-pub-date content=2026-05-06T07:08:00Z><meta name=parsely-author content='Ada Berg'>",
            "2026-05-06T07:08:00Z",
            vec!["Ada Berg"],
        ),
        (
            "<meta name=sailthru.date content='2026-05-06 07:08:00'><meta name=sailthru.author content='Ada Berg, Bo Cam'>",
            "2026-05-06 07:08:00",
            vec!["Ada Berg", "Bo Cam"],
        ),
        (
            "<meta name=twitter:label1 content='Verfasst von'><meta name=twitter:data1 content='Ada Berg'><meta name=pubdate content=2026-05-06>",
            "2026-05-06",
            vec!["Ada Berg"],
        ),
        (
            "<meta name=twitter:label1 content='Lesezeit'><meta name=twitter:data1 content='3 Minuten'><meta name=twitter:label2 content='作者'><meta name=twitter:data2 content='王小明'><meta name=date content=2026-05-06>",
            "2026-05-06",
            vec!["王小明"],
        ),
    ] {
        let article = page(head, "");
        assert_eq!(article.published.first().map(|claim| claim.value.text.as_str()), Some(date), "{head}");
        assert_eq!(authors(&article), names, "{head}");
    }
}

#[test]
fn files_in_meta_elements() {
    let article = page(
        "<meta property=og:audio content=https://cdn.example/e/1><meta property=og:audio:type content='audio/mpeg; codecs=x'>\
         <meta property=og:video content=https://player.example/embed/1><meta property=og:video:type content=text/html>\
         <meta name=citation_pdf_url content=/bridge.pdf><meta name=twitter:player:stream content=/b><meta name=twitter:player:stream:content_type content=video/mp4>",
        "",
    );
    let files: Vec<_> = article.enclosures.iter().map(|file| (file.url.path(), file.media_type.as_deref())).collect();
    assert_eq!(
        files,
        [("/e/1", Some("audio/mpeg")), ("/bridge.pdf", Some("application/pdf")), ("/b", Some("video/mp4"))]
    );
}

#[test]
fn publication_wins_over_change() {
    let article = page(
        "<meta property=article:modified_time content=2026-05-09><meta property=article:published_time content=2026-05-06>",
        "",
    );
    assert_eq!(article.published[0].value.text, "2026-05-06");
    assert_eq!(article.updated[0].value.text, "2026-05-09");
    let visible = page("", "<div>Updated 9 May 2026 · Published 6 May 2026</div>");
    assert_eq!(visible.published[0].value.text, "6 May 2026");
}

#[test]
fn the_source_of_a_reprint_in_many_languages() {
    for (line, name) in [
        ("2026-05-06 来源于：某某办事处", "某某办事处"),
        ("2026-05-06 來源：某某日報", "某某日報"),
        ("出典：川辺新聞", "川辺新聞"),
        ("출처: 강변일보", "강변일보"),
        ("Источник: Речной вестник", "Речной вестник"),
        ("Quelle: Flussbote", "Flussbote"),
        ("Fuente: El Puente", "El Puente"),
        ("Źródło: Kurier Mostowy", "Kurier Mostowy"),
        ("Kilde: Broavisen", "Broavisen"),
        ("المصدر: صحيفة الجسر", "صحيفة الجسر"),
    ] {
        let article = page("", &format!("<div class=info>{line}</div>"));
        assert_eq!(article.source.and_then(|source| source.name).as_deref(), Some(name), "{line}");
    }
    let account = page(
        "",
        "<div class=head><p class=author-name>某某生活号</p><div class='article-source'><span>发布时间：10-08</span></div></div>",
    );
    assert_eq!(account.source.and_then(|source| source.name).as_deref(), Some("某某生活号"));
}

#[test]
fn a_date_below_a_headline_with_a_kicker_in_a_small_heading() {
    let html = format!(
        "<html lang=de><head><title>x</title><meta property=og:title content='Die neue Brücke steht'></head><body><ul><li>Mo 01.01.24 | Anderes</li></ul>\
                        <h3><span>Feier am Fluss</span> - <span>Die neue Brücke steht</span></h3><div>Do 25.04.24 | 14:07 Uhr | Von <b>Ada Berg</b></div>{TEXT}</body></html>"
    );
    let article = article(&html);
    assert_eq!(article.published[0].value.text.split_whitespace().collect::<Vec<_>>(), ["25.04.24", "14:07", "Uhr"]);
}
