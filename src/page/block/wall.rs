//! Pages that ask for something before they show anything: to sign in, to agree.
//!
//! Told by what a parsed page that shows few words asks for: a password, together with a heading that says so; consent,
//! by the address that answered or by its title.

use url::Url;

use super::Block;
use crate::page::Document;
use crate::page::document::text;

/// Headings and titles of pages that want somebody to sign in, in lower case.
const LOGIN_WORDS: [&str; 44] = [
    "log in",
    "login",
    "log on",
    "sign in",
    "signin",
    "sign-in",
    "please authenticate",
    "members only",
    "anmelden",
    "anmeldung",
    "einloggen",
    "connexion",
    "se connecter",
    "connectez-vous",
    "identifiez-vous",
    "iniciar sesión",
    "inicia sesión",
    "iniciar sessão",
    "acceder",
    "accedi",
    "entrar",
    "inloggen",
    "aanmelden",
    "logga in",
    "logg inn",
    "log ind",
    "kirjaudu",
    "zaloguj",
    "logowanie",
    "přihlášení",
    "přihlásit",
    "bejelentkezés",
    "autentificare",
    "giriş yap",
    "oturum aç",
    "войти",
    "вход",
    "авторизация",
    "увійти",
    "登录",
    "登入",
    "ログイン",
    "로그인",
    "تسجيل الدخول",
];
/// Headings of pages that want consent.
const CONSENT_WORDS: [&str; 23] = [
    "before you continue",
    "we value your privacy",
    "your privacy choices",
    "your privacy is important",
    "cookie consent",
    "consent",
    "we use cookies",
    "privacy gate",
    "bevor sie fortfahren",
    "ihre privatsphäre",
    "mit werbung weiterlesen",
    "wir verwenden cookies",
    "avant de continuer",
    "votre vie privée",
    "gestion du consentement",
    "antes de continuar",
    "tu privacidad",
    "prima di continuare",
    "la tua privacy",
    "voordat je verdergaat",
    "jouw privacy",
    "zanim przejdziesz",
    "twoja prywatność",
];
/// Parts of the address to which sites send a visitor who has not agreed yet.
const CONSENT_PLACES: [&str; 9] = [
    "consent.",
    "/consent",
    "privacy-gate",
    "privacygate",
    "cookiewall",
    "cookie-wall",
    "/cookie-consent",
    "guce.",
    "myprivacy.",
];
/// With more links a page is more than a wall.
const FEW_LINKS: usize = 40;

/// With more bytes of text it is more than a wall, too.
const FEW_WORDS: usize = 4_000;

/// What `document`, the answer for the index page `asked`, asks for before it shows anything.
pub fn wall(document: &Document, asked: &Url) -> Option<Block> {
    if document.select(crate::selector!("a[href]")).nth(FEW_LINKS).is_some() {
        return None;
    }
    if document.first(crate::selector!("body")).is_some_and(|body| text(body).len() > FEW_WORDS) {
        return None;
    }
    if asks_for_consent(document, asked) {
        return Some(Block::Consent);
    }
    let password =
        document.first(crate::selector!("form input[type=password i], input[autocomplete=current-password]"));
    (password.is_some() && headings(document).iter().any(|heading| says(heading, &LOGIN_WORDS))).then_some(Block::Login)
}

fn asks_for_consent(document: &Document, asked: &Url) -> bool {
    let answered = document.url();
    let place = |url: &Url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()).to_ascii_lowercase();
    let (here, there) = (place(asked), place(answered));
    let led_away = CONSENT_PLACES.iter().any(|part| there.contains(part) && !here.contains(part));
    // The title alone: a page with a list has a banner with such a heading, too.
    let titled = || document.written_title().is_some_and(|title| says(&title.to_lowercase(), &CONSENT_WORDS));
    led_away || (titled() && document.first(crate::selector!("form, button")).is_some())
}

/// The title and the main heading, in lower case.
fn headings(document: &Document) -> Vec<String> {
    let heading = document.first(crate::selector!("h1")).map(text);
    document.written_title().into_iter().chain(heading).map(|heading| heading.to_lowercase()).collect()
}

/// Whether `heading` is short and made of one of `words`, perhaps with the name of the site beside it.
fn says(heading: &str, words: &[&str]) -> bool {
    let parts = heading.split(['|', '·', '•', '–', '—', ':', '«', '»', '-']).map(str::trim).chain([heading]);
    parts.filter(|part| part.chars().count() <= 48).any(|part| words.iter().any(|word| begins_with(part, word)))
}

/// Whether `part` begins with `word`, as a whole word where the script has words.
fn begins_with(part: &str, word: &str) -> bool {
    part.strip_prefix(word).is_some_and(|rest| {
        let letters = rest.chars().next().is_some_and(char::is_alphanumeric);
        !letters || !word.is_ascii() && word.chars().count() <= 3
    })
}
