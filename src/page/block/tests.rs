//! Pages in the way and pages that only look like one, all invented: what each is named.

use url::Url;

use super::{Block, by_headers, by_refusal, by_text, shell, shows_few_words, wall};
use crate::finding::Code;
use crate::page::{self, Document, Page};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn named(block: Option<Block>) -> String {
    match block {
        None => "nothing".to_owned(),
        Some(Block::Challenge(name) | Block::Refusal(name)) => name.to_owned(),
        Some(other) => format!("{other:?}"),
    }
}

#[test]
fn headers_name_a_challenge() {
    type Case = (u16, &'static [(&'static str, &'static str)], &'static str);
    let cases: &[Case] = &[
        (403, &[("cf-mitigated", "challenge")], "a Cloudflare challenge"),
        (503, &[("cf-mitigated", " Challenge ")], "a Cloudflare challenge"),
        (202, &[("x-amzn-waf-action", "challenge")], "an AWS WAF challenge"),
        (405, &[("x-amzn-waf-action", "captcha")], "an AWS WAF challenge"),
        (403, &[("x-datadome", "protected")], "a DataDome challenge"),
        (200, &[("x-datadome", "protected")], "nothing"),
        (403, &[("server", "ddos-guard")], "a DDoS-Guard challenge"),
        (200, &[("server", "ddos-guard")], "nothing"),
        (429, &[("x-vercel-mitigated", "challenge")], "a Vercel checkpoint"),
        (429, &[("x-kpsdk-ct", "1")], "a Kasada challenge"),
        (403, &[("server", "Sucuri/Cloudproxy"), ("x-sucuri-block", "RU")], "the site's Sucuri firewall"),
        (521, &[("set-cookie", "__jsluid_s=1; path=/")], "a Jiasule (Knownsec) cookie challenge"),
        (511, &[], "Portal"),
        (403, &[("server", "cloudflare")], "nothing"),
        (404, &[], "nothing"),
    ];
    for (status, headers, expected) in cases {
        let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(named(by_headers(*status, &header)), *expected, "{status} {headers:?}");
    }
}

/// Pages and what they are named.
const MARKED: &[(&str, &str)] = &[
    // Cloudflare translates its title; the script's options stay.
    (
        "<title>Just a moment...</title><script>window._cf_chl_opt={cvId:'3'};</script><p>Enable JavaScript",
        "a Cloudflare challenge",
    ),
    (
        "<title>Nur einen Moment…</title><script>(function(){window._cf_chl_opt={}})()</script>",
        "a Cloudflare challenge",
    ),
    ("<title>请稍候…</title><div id=cf-challenge-running></div>", "a Cloudflare challenge"),
    (
        "<title>Attention Required! | Cloudflare</title><div id=cf-error-details>Ray ID: 1</div><a href=x>y</a>",
        "a rule of the site's Cloudflare firewall",
    ),
    ("<html><script>var dd={'rt':'c','host':'geo.captcha-delivery.com'}</script></html>", "a DataDome challenge"),
    ("<title>Access to this page has been denied</title><div id=px-captcha></div>", "a HUMAN (PerimeterX) challenge"),
    ("<div id=\"sec-if-cpt-container\"></div>", "an Akamai challenge"),
    (
        "<TITLE>Access Denied</TITLE><H1>Access Denied</H1>https://errors.edgesuite.net/18.1",
        "the site's Akamai firewall",
    ),
    (
        "<iframe id=\"main-iframe\" src=\"/_Incapsula_Resource?x=1\">Request unsuccessful. Incapsula incident ID: 1</iframe>",
        "an Imperva (Incapsula) challenge",
    ),
    ("<script>window.gokuProps = {\"key\":\"x\"};</script><script src=challenge.js></script>", "an AWS WAF challenge"),
    (
        "<title>You are being redirected...</title><script>var s={},sucuri_cloudproxy_js='';</script>",
        "a Sucuri challenge",
    ),
    ("<title>Sucuri WebSite Firewall - Access Denied</title>", "the site's Sucuri firewall"),
    ("<title>DDoS-Guard</title><h1>Checking</h1>", "a DDoS-Guard challenge"),
    (
        "<title>Making sure you&#39;re not a bot!</title><script id=\"anubis_challenge\">{}</script>",
        "an Anubis challenge",
    ),
    ("<title>Vercel Security Checkpoint</title>", "a Vercel checkpoint"),
    (
        "<script>document.cookie=('_')+('_')+'jsl_clearance_s=1';location.href=location.pathname</script>",
        "a script that has to set a cookie",
    ),
    ("<script>var x='__jsl_clearance=1'</script>", "a Jiasule (Knownsec) cookie challenge"),
    (
        "<meta charset=utf-8><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script><body></body>",
        "a Riversec cookie challenge",
    ),
    (
        "<script>var arg1='3B4';setTimeout(function(){document.cookie='acw_sc__v2='+x},2)</script>",
        "an Alibaba Cloud cookie challenge",
    ),
    (
        "<script src='https://hcaptcha.com/1/api.js'></script><h1>Bitte bestätigen Sie, dass Sie ein Mensch sind</h1>",
        "a captcha",
    ),
    ("<script src='https://www.google.com/recaptcha/api.js'></script>Подтвердите, что вы не робот", "a captcha"),
    ("<script src='https://static.geetest.com/v4/gt4.js'></script><div>请完成安全验证</div>", "a captcha"),
    ("<title>Checking your browser...</title>", "a check of the browser"),
    (
        "<title>ERROR</title>The request could not be satisfied. Generated by cloudfront (CloudFront)",
        "a rule of the site's CloudFront",
    ),
    ("<!-- <WISPAccessGatewayParam> --><h1>Welcome to Hotel Seaview</h1>", "Portal"),
    ("<title>MikroTik hotspot &gt; login</title><b>mikrotik hotspot</b>", "Portal"),
    // Pages that were let through carry the same services' scripts.
    ("<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><a href=/1>A story</a>", "nothing"),
    ("<script src='https://js.datadome.co/tags.js'></script><p>News</p>", "nothing"),
    ("<script>window._pxAppId='PX1'</script><p>News</p>", "nothing"),
    ("<script src='/_Incapsula_Resource?SWJIYLWA=1'></script><a href=/1>A story</a>", "nothing"),
    ("<script>$_ts=window['$_ts']</script><ul><li><a href='/1.html'>关于春季植树的通知</a></ul>", "nothing"),
    ("<form><script src='https://www.google.com/recaptcha/api.js'></script><input name=comment></form>", "nothing"),
    ("<p>How a captcha tells you are human</p>", "nothing"),
    (
        "<script>document.cookie='a=1'; if (x) location.reload()</script><p>Stories of the week, all of them with pictures of the \
          harbour, the hills and the town hall, where the council met for the first time in years and spoke about bridges, bread \
          and the ferries to the island, which run again at night after a long pause.</p>",
        "nothing",
    ),
];

#[test]
fn marks_in_short_pages_name_a_challenge() {
    for (text, expected) in MARKED {
        assert!(shows_few_words(text), "{text}");
        assert_eq!(named(by_text(text)), *expected, "{text}");
    }
}

#[test]
fn a_long_page_is_no_challenge() {
    let article =
        format!("<head><title>Just a moment</title><body>{}", "<p>How _cf_chl_opt works, in words.</p>".repeat(200));
    assert!(!shows_few_words(&article));
    // Scripts, styles and pictures are no words; what has no end hides what follows.
    let page = format!("<style>{0}</style><SCRIPT>{0}</SCRIPT ><svg>{0}</svg><!-- {0} --><p>few", "x ".repeat(5_000));
    assert!(shows_few_words(&page));
    for odd in ["", "<", "<script>", "<!--", "a<b", "<scripty>x", "< /p>", "<é>ü"] {
        assert!(shows_few_words(odd), "{odd}");
    }
}

#[test]
fn refusals_speak_of_programs() {
    let cases = [
        (403, "<h1>Forbidden</h1>Your user agent is not allowed here.", "the site, which does not want programs"),
        (403, "<h1>Forbidden</h1>You have no permission.", "nothing"),
        (404, "Your user agent found nothing.", "nothing"),
        (403, "A potentially unsafe operation. Generated by Wordfence", "the site's Wordfence firewall"),
    ];
    for (status, text, expected) in cases {
        assert_eq!(named(by_refusal(status, text)), expected, "{status} {text}");
    }
}

fn document(text: &str, address: &str) -> Document {
    Document::parse(text, &url(address))
}

#[test]
fn walls_are_told_by_what_they_ask() {
    let asked = "https://site.example/news";
    let form = "<form><input name=u><input type=password></form>";
    let cases = [
        (asked, format!("<title>Log in | The Daily</title>{form}"), "Login"),
        (asked, format!("<title>The Daily</title><h1>Anmelden</h1>{form}"), "Login"),
        (asked, format!("<title>Connexion - Le Journal</title>{form}"), "Login"),
        (asked, format!("<title>用户登录</title><h1>登录</h1>{form}"), "Login"),
        (asked, format!("<title>ログイン</title>{form}"), "Login"),
        (asked, format!("<title>Вход</title>{form}"), "Login"),
        (asked, format!("<title>تسجيل الدخول</title>{form}"), "Login"),
        // A list with a box to sign in is a list.
        (asked, format!("<title>The Daily</title><h1>News</h1><h2>Log in</h2>{form}<a href=/1>One</a>"), "nothing"),
        (asked, format!("<title>Loggers of the north</title>{form}"), "nothing"),
        (asked, format!("<title>Log in</title>{form}{}", "<a href=/x>A story of the town</a>".repeat(50)), "nothing"),
        (asked, "<title>Log in to the canal: how the wood got there</title><p>No form</p>".to_owned(), "nothing"),
        ("https://consent.site.example/?to=news", "<title>The Daily</title><button>OK</button>".to_owned(), "Consent"),
        (asked, "<title>We value your privacy</title><form><button>Agree</button></form>".to_owned(), "Consent"),
        (asked, "<title>Bevor Sie fortfahren</title><form><button>Ja</button></form>".to_owned(), "Consent"),
        (
            asked,
            "<title>News</title><h2>We value your privacy</h2><button>OK</button><a href=/1>One</a>".to_owned(),
            "nothing",
        ),
    ];
    for (answered, text, expected) in cases {
        assert_eq!(named(wall(&document(&text, answered), &url(asked))), expected, "{text}");
    }
}

#[test]
fn empty_applications_say_where_their_data_stands() {
    let data = "x".repeat(3_000);
    let cases = [
        ("<body><div id=root></div><script src=/app.js></script>".to_owned(), "Shell(None)"),
        (
            "<body><noscript>Bitte JavaScript aktivieren</noscript><script src=/app.js></script>".to_owned(),
            "Shell(None)",
        ),
        (
            format!(
                "<body><div id=__next></div><script id=__NEXT_DATA__ type=application/json>{{\"a\":\"{data}\"}}</script>"
            ),
            "Shell(Some(\"`__NEXT_DATA__` (Next.js)\"))",
        ),
        (
            format!("<body><div id=app></div><script>window.__INITIAL_STATE__={{\"a\":\"{data}\"}}</script>"),
            "Shell(Some(\"`__INITIAL_STATE__`\"))",
        ),
        ("<body><p>Nothing here yet.</p><script src=/menu.js></script>".to_owned(), "nothing"),
        ("<body><div id=root></div>".to_owned(), "nothing"),
        (
            format!("<body><div id=root><p>{}</p></div><script src=/app.js></script>", "Words and words. ".repeat(80)),
            "nothing",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(named(shell(&document(&text, "https://site.example/"))), expected, "{text}");
    }
}

#[test]
fn a_page_in_the_way_is_not_opened() {
    let open = |text: &str| {
        let url = url("https://site.example/news");
        let media_type = Some("text/html".to_owned());
        page::open(&Page { requested: url.clone(), url, media_type, charset: None, body: text.into() }, None).map(drop)
    };
    let refusal = open("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>").unwrap_err();
    assert_eq!(refusal.code, Code::BlockedChallenge);
    assert!(
        refusal.message.contains("site.example: blocked by a Cloudflare challenge from this address"),
        "{refusal:?}"
    );
    assert!(refusal.remedy.unwrap().contains("feedmill fetch"));
    assert!(open("<title>News</title><ul><li><a href=/1>One</a></ul>").is_ok());
}
