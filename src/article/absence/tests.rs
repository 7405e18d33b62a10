use url::Url;

use super::*;
use crate::article::{Rules, read};

fn absence(html: &str) -> Option<Absence> {
    let document = Document::parse(html, &Url::parse("https://site.example/news/1").unwrap());
    read(&document, &Rules::default()).absence
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<html><head><title>{title} | Daily Test</title></head><body><nav><a href=/>Home</a></nav><main>{body}</main></body></html>"
    )
}

#[test]
fn a_page_that_does_not_exist() {
    for words in [
        "404",
        "Error 404",
        "404 - Page not found",
        "Page not found",
        "Sorry, the page you are looking for could not be found",
        "This article is no longer available",
        "Seite nicht gefunden",
        "Die Seite wurde nicht gefunden",
        "Page introuvable",
        "Cet article n’existe plus",
        "Página no encontrada",
        "Página não encontrada",
        "Pagina non trovata",
        "Pagina niet gevonden",
        "Nie znaleziono strony",
        "Страница не найдена",
        "Sayfa bulunamadı",
        "Sidan hittades inte",
        "页面不存在",
        "抱歉，您访问的页面不存在",
        "找不到该页面",
        "文章已被删除",
        "お探しのページは見つかりませんでした",
        "페이지를 찾을 수 없습니다",
        "الصفحة غير موجودة",
    ] {
        let html = page(words, &format!("<h1>{words}</h1><p>Try the front page.</p>"));
        assert_eq!(absence(&html), Some(Absence::NotFound), "{words}");
    }
}

#[test]
fn a_page_that_is_an_error() {
    for words in [
        "500 Internal Server Error",
        "Service Unavailable",
        "Something went wrong",
        "Under maintenance",
        "Ein Fehler ist aufgetreten",
        "Une erreur est survenue",
        "Ha ocurrido un error",
        "Ocorreu um erro",
        "Si è verificato un errore",
        "Ошибка сервера",
        "系统繁忙",
        "服务器内部错误",
        "エラーが発生しました",
        "오류가 발생했습니다",
        "حدث خطأ",
    ] {
        let html = page("Daily Test", &format!("<h1>{words}</h1><p>Please try again.</p>"));
        assert_eq!(absence(&html), Some(Absence::Failure), "{words}");
    }
}

#[test]
fn a_page_that_asks_for_consent() {
    for words in [
        "We value your privacy",
        "Before you continue to Daily Test",
        "Wir schätzen Ihre Privatsphäre",
        "Mit Werbung weiterlesen",
        "Votre vie privée",
        "Valoramos tu privacidad",
        "Respeitamos a sua privacidade",
        "La tua privacy",
        "Wij respecteren uw privacy",
        "Szanujemy twoją prywatność",
        "Мы ценим вашу конфиденциальность",
        "我们重视您的隐私",
        "続行する前に",
        "쿠키 설정",
        "نحن نقدر خصوصيتك",
    ] {
        let html = page(
            "Daily Test",
            &format!(
                "<h1>{words}</h1><p>We and our 200 partners keep cookies on your device and ask you to agree.</p><button>OK</button>"
            ),
        );
        assert_eq!(absence(&html), Some(Absence::Consent), "{words}");
    }
    let html = page(
        "Daily Test",
        "<p>We and our 17 partners use cookies for many purposes that you may choose.</p><div>Accept all</div><div>Manage options</div>",
    );
    assert_eq!(absence(&html), Some(Absence::Consent));
}

#[test]
fn a_page_that_asks_to_sign_in() {
    for words in [
        "Sign in",
        "Log in to continue",
        "Login required",
        "You must be logged in to view this page",
        "Bitte melden Sie sich an",
        "Anmelden",
        "Connectez-vous pour lire",
        "Iniciar sesión",
        "Faça login",
        "Accedi",
        "Inloggen",
        "Zaloguj się",
        "Войдите на сайт",
        "请先登录",
        "登录后查看",
        "ログイン",
        "로그인이 필요합니다",
        "تسجيل الدخول",
    ] {
        let html = page(
            words,
            &format!("<h1>{words}</h1><form action=/go><input name=user><input type=password name=word></form>"),
        );
        assert_eq!(absence(&html), Some(Absence::Login), "{words}");
    }
}

#[test]
fn a_story_that_ends_at_a_paywall() {
    let beginning = "<p>The council of the harbour town met on Tuesday night and spoke about the price of the new ferry, which had risen again since the spring.</p>";
    for words in [
        "Subscribe to continue reading",
        "This article is only for subscribers",
        "Jetzt weiterlesen mit Tages-Plus",
        "Dieser Artikel ist nur für Abonnenten",
        "Article réservé aux abonnés",
        "Il vous reste 72 % de cet article à découvrir",
        "Contenido exclusivo para suscriptores",
        "Conteúdo exclusivo para assinantes",
        "Contenuto riservato agli abbonati",
        "Dit artikel is alleen voor abonnees",
        "Полный текст доступен только по подписке",
        "本文为付费内容，请订阅",
        "订阅后阅读全文",
        "この記事は会員限定です",
        "残り1,024文字",
        "이 기사는 유료 회원 전용입니다",
        "هذا المقال للمشتركين فقط",
    ] {
        let html = page(
            "Ferry dearer again",
            &format!("<article><h1>Ferry dearer again</h1>{beginning}<div class=offer>{words}</div></article>"),
        );
        assert_eq!(absence(&html), Some(Absence::Paywall), "{words}");
    }
    let long: String = (0..15).map(|day| beginning.replace("Tuesday", &format!("day {day}"))).collect();
    let json = "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Ferry dearer again\",\"isAccessibleForFree\":\"False\"}</script>";
    assert_eq!(
        absence(&page("Ferry dearer again", &format!("{json}<h1>Ferry dearer again</h1>{beginning}"))),
        Some(Absence::Paywall)
    );
    assert_eq!(absence(&page("Ferry dearer again", &format!("{json}<h1>Ferry dearer again</h1>{long}"))), None);
}

#[test]
fn films_and_empty_shells() {
    let film = page(
        "The storm",
        "<h1>The storm</h1><iframe src='https://www.youtube.com/embed/x1y2'></iframe><p>Watch the storm.</p>",
    );
    assert_eq!(absence(&film), Some(Absence::Video));
    let declared = "<html><head><meta property=og:type content=video.other><title>The storm</title></head><body><h1>The storm</h1><p>Watch.</p></body></html>";
    assert_eq!(absence(declared), Some(Absence::Video));
    assert_eq!(
        absence(
            "<html><head><title>Story</title></head><body><div id=root></div><script src=/a.js></script></body></html>"
        ),
        Some(Absence::Script)
    );
    for words in [
        "You need to enable JavaScript to run this app.",
        "Bitte aktivieren Sie JavaScript",
        "Activez JavaScript pour continuer",
        "Habilite JavaScript",
        "请启用JavaScript",
        "JavaScriptを有効にしてください",
        "자바스크립트 JavaScript를 활성화하세요",
        "Включите JavaScript",
        "Abilita JavaScript per proseguire",
    ] {
        let html = format!(
            "<html><head><title>Story</title></head><body><noscript>{words}</noscript><script src=/a.js></script></body></html>"
        );
        assert_eq!(absence(&html), Some(Absence::Script), "{words}");
    }
}

#[test]
fn stories_about_such_things_are_stories() {
    let text = "<p>The museum of errors shows what people saw when the machine had nothing to show, and visitors may press every button they like.</p>".repeat(4);
    for title in [
        "404 days in space",
        "Page not found: the museum of errors",
        "How to log in to the past",
        "What cookies know about you",
        "我们的隐私去了哪里",
        "Login für alle? Die Stadt öffnet ihr Netz",
        "Something went wrong, and nobody noticed",
        "错误的代价",
    ] {
        let html = page(title, &format!("<article><h1>{title}</h1>{text}</article>"));
        assert_eq!(absence(&html), None, "{title}");
    }
    // A form for readers stands on many pages.
    let html = page(
        "A small story",
        "<h1>A small story</h1><p>It is short.</p><form><input type=password></form><footer>We use cookies</footer>",
    );
    assert_eq!(absence(&html), None);
}
