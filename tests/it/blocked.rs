//! What stands in the way of a page is named, and is never content.

use crate::support::{Answer, Origin, Project, front_page, story_page};

const STORIES: &[(&str, &str)] =
    &[("/one", "The first bridge opens after seven years"), ("/two", "Ferries to the island run again at night")];

fn newspaper() -> Origin {
    let origin = Origin::start();
    origin.page("/", &front_page(STORIES));
    for (path, title) in STORIES {
        origin.page(path, &story_page(title, "2026-11-20T08:00:00Z"));
    }
    origin
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let html = ("content-type", "text/html; charset=utf-8");
    let headers = headers.iter().chain([&html]).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Answer { status, headers: headers.collect(), body: body.into(), etag: None }
}

#[test]
fn a_block_before_the_listing_is_named_and_keeps_the_feed() {
    let challenge = "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>";
    let login = "<title>Anmelden</title><form><input type=password></form>";
    let cases = [
        (
            answer(403, &[("cf-mitigated", "challenge")], challenge),
            "blocked-challenge",
            "answered 403: blocked by a Cloudflare challenge from this address",
        ),
        (answer(200, &[], challenge), "blocked-challenge", "blocked by a Cloudflare challenge"),
        (
            answer(202, &[("x-amzn-waf-action", "challenge")], ""),
            "blocked-challenge",
            "blocked by an AWS WAF challenge",
        ),
        (answer(503, &[], "<title>DDoS-Guard</title>"), "blocked-challenge", "a DDoS-Guard challenge"),
        (
            answer(200, &[], "<script>document.cookie='a=1';location.reload()</script>"),
            "blocked-challenge",
            "a script that has to set a cookie",
        ),
        (
            answer(403, &[], "<title>403</title>Your user-agent is blocked."),
            "blocked-refusal",
            "which does not want programs",
        ),
        (answer(403, &[], "<title>403</title>Forbidden"), "http-status", "answered 403 (forbidden)"),
        (answer(200, &[], login), "blocked-login", "asks to sign in"),
        (
            answer(200, &[], "<title>Avant de continuer</title><form><button>Oui</button></form>"),
            "blocked-consent",
            "asks to agree",
        ),
        (answer(511, &[], "<h1>Hotel</h1>"), "blocked-portal", "the network answered instead of the site"),
        (
            answer(200, &[], "<body><div id=root></div><script src=/app.js></script>"),
            "app-shell",
            "no data stands in it",
        ),
    ];
    for (blocked, code, words) in cases {
        let origin = newspaper();
        let project = Project::for_origin(&origin, "");
        project.build();
        let feed = project.read("public/a.json");
        origin.answer("/", blocked);
        origin.take_log();
        project
            .run(&["build"])
            .exit(1)
            .stderr_has(&format!("error[{code}]"))
            .stderr_has(words)
            .stderr_has("kept the feed");
        assert_eq!(project.read("public/a.json"), feed, "{words}");
        assert_eq!(origin.requests(), ["GET /"], "nothing is tried to get round it");
    }
}

#[test]
fn a_block_before_an_article_is_named_and_no_content() {
    let origin = newspaper();
    origin.answer(
        "/one",
        answer(200, &[], "<title>Access to this page has been denied</title><div id=px-captcha>Press and hold</div>"),
    );
    let project = Project::for_origin(&origin, "");
    let run = project.build().stderr_has("blocked by a HUMAN (PerimeterX) challenge");
    assert!(run.stderr.contains("the listing's words are used"), "{}", run.stderr);
    let feed = project.read("public/a.json");
    assert!(feed.contains("The first bridge opens") && !feed.contains("Press and hold"), "{feed}");
    let whole = |project: &Project| {
        project.json("public/a.json")["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| item.to_string().contains("Nobody left early."))
            .count()
    };
    assert_eq!(whole(&project), 1);
    // It is read when the way is clear.
    origin.page("/one", &story_page(STORIES[0].1, "2026-11-20T08:00:00Z"));
    project.later(3600);
    project.build();
    assert_eq!(whole(&project), 2);
}

#[test]
fn an_article_about_challenges_is_an_article() {
    let origin = newspaper();
    let page = story_page("How a captcha tells that you are not a robot", "2026-11-20T08:00:00Z");
    let page = page
        .replace("</article>", "<p>The script is called _cf_chl_opt, and it asks whether you are human.</p></article>");
    origin.page(
        "/one",
        &page.replace("<p>", &format!("<p>{} ", "Words about the test, its makers and its history. ".repeat(30))),
    );
    let project = Project::for_origin(&origin, "");
    project.build().file_has("public/a.json", "_cf_chl_opt");
}
