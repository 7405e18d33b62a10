//! Article pages that hold no article: the finding says which kind, and nothing of them is published.

use serde_json::Value;

use crate::support::{Origin, Project, front_page, story_page};

const TITLE: &str = "Bell of the old town hall rings again";
const SUMMARY: &str = "What Bell of the old town hall rings again is about, in a sentence.";

/// A site of one whole story and one whose page is `html`; returns what was said and the entry of the latter.
fn entry(html: &str) -> (String, Value) {
    let origin = Origin::start();
    origin.page(
        "/",
        &front_page(&[
            ("/w/whole", "Ferry timetable for the winter is out"),
            ("/w/none", TITLE),
            ("/w/more", "Market moves below the bridge for the winter"),
        ]),
    );
    for path in ["/w/whole", "/w/more"] {
        origin.page(
            path,
            &story_page(
                if path == "/w/whole" {
                    "Ferry timetable for the winter is out"
                } else {
                    "Market moves below the bridge for the winter"
                },
                "2026-11-20T08:00:00Z",
            ),
        );
    }
    origin.page("/w/none", html);
    let project = Project::for_origin(&origin, "");
    let run = project.build();
    let feed = project.json("public/a.json");
    let items = feed["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    let item = items.iter().find(|item| item["url"].as_str().unwrap().ends_with("/w/none")).unwrap();
    (run.stderr, item.clone())
}

#[track_caller]
fn check(code: &str, html: &str) -> Value {
    let (said, item) = entry(html);
    assert!(said.contains(&format!("[{code}]")) && said.contains("/w/none"), "{code}:\n{said}");
    assert_eq!(item["title"], TITLE, "{code}");
    assert!(item.to_string().contains(SUMMARY), "the listing's summary: {item}");
    item
}

#[test]
fn another_page_gives_nothing_to_the_entry() {
    for (code, html) in [
        (
            "article-not-found",
            "<html lang=de><title>Seite nicht gefunden - Blatt</title><meta name=description content='Alles aus der Stadt'><h1>Seite nicht gefunden</h1><p>Versuchen Sie es auf der Startseite.</p>",
        ),
        (
            "article-not-found",
            "<html lang=zh><title>页面不存在</title><h1>抱歉，您访问的页面不存在</h1><p>三秒后返回首页</p>",
        ),
        (
            "article-error",
            "<html lang=en><title>Daily Test</title><h1>Something went wrong</h1><p>Please try again in a minute.</p>",
        ),
        (
            "article-consent",
            "<html lang=fr><title>Le Test</title><h1>Votre vie privée</h1><p>Avec nos partenaires, nous utilisons des cookies pour mesurer l'audience.</p><a href=/ok>Tout accepter</a>",
        ),
        (
            "article-login",
            "<html lang=ja><title>ログイン | テスト</title><h1>ログイン</h1><form action=/go><input name=u><input name=p type=password></form><p>会員の方はこちら</p>",
        ),
        (
            "article-login",
            "<html lang=en><title>Daily Test</title><h1>Sign in to continue</h1><form action=/go><input name=u><input name=p type=password></form>",
        ),
    ] {
        let item = check(code, html);
        for word in ["Startseite", "首页", "minute", "cookies", "会員", "Alles aus"] {
            assert!(!item.to_string().contains(word), "{word} in {item}");
        }
    }
}

#[test]
fn a_page_without_text_gives_what_it_knows_of_the_story() {
    let film = format!(
        "<html lang=en><head><title>{TITLE}</title><meta property=og:type content=video.other><meta property=og:image content=https://pictures.example/bell.jpg></head><body><h1>{TITLE}</h1><video src=/bell.mp4></video><p>Watch.</p></body></html>"
    );
    let item = check("article-video", &film);
    assert_eq!(item["image"], "https://pictures.example/bell.jpg");
    assert!(item["attachments"].to_string().contains("bell.mp4"), "{item}");
    let shell = format!(
        "<html lang=en><head><title>{TITLE}</title></head><body><div id=app></div><noscript>You need to enable JavaScript to run this app.</noscript><script src=/app.js></script></body></html>"
    );
    check("article-script", &shell);
    // A shell that calls every page the same gives nothing.
    let generic = "<html lang=en><head><title>Daily Test: all the news</title><meta property=og:title content='Daily Test: all the news'><meta property=og:description content='News for everybody, every day'></head><body><div id=app></div><script src=/app.js></script></body></html>";
    let item = check("article-script", generic);
    assert!(!item.to_string().contains("everybody"), "{item}");
}

#[test]
fn the_beginning_of_a_story_is_published_and_called_that() {
    let html = format!(
        "<html lang=it><head><title>{TITLE}</title><meta property=og:type content=article></head><body><article><h1>{TITLE}</h1><p>La campana del vecchio municipio suona di nuovo, e chi abita sulla piazza ha già contato i rintocchi della prima notte.</p><div>Contenuto riservato agli abbonati</div></article></body></html>"
    );
    let item = check("article-paywall", &html);
    assert!(item["content_html"].as_str().unwrap().contains("rintocchi"), "{item}");
}

#[test]
fn a_story_that_was_published_survives_such_a_page() {
    let origin = Origin::start();
    let list = |title: &str| {
        front_page(&[
            ("/w/1", title),
            ("/w/2", "Ferry timetable for the winter is out"),
            ("/w/3", "Market moves below the bridge"),
        ])
    };
    origin.page("/", &list(TITLE));
    for path in ["/w/1", "/w/2", "/w/3"] {
        origin.page(path, &story_page(&format!("{TITLE}{path}"), "2026-11-20T08:00:00Z"));
    }
    let project = Project::for_origin(&origin, "");
    project.build();
    let content = |project: &Project| project.json("public/a.json")["items"].to_string();
    let before = content(&project);
    origin.page("/", &list("Bell of the old town hall rings again and again"));
    origin.page("/w/1", "<html><title>Service unavailable</title><h1>Service Unavailable</h1>");
    project.later(3600);
    project.build().stderr_has("[article-error]");
    assert_eq!(content(&project), before);
}
