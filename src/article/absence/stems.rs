//! Parts of words without which no line is what `words` looks for.
//!
//! The patterns there are large; nearly every page can be told to say nothing of the kind without them, so that they are
//! not even compiled. A test reads the patterns and proves that each of their alternatives needs one of the stems.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::words::Kind;

#[rustfmt::skip]
const NOT_FOUND: &[&str] = &[
    "404", "find", "found", "exist", "available", "removed", "deleted", "gefunden", "verfügbar", "vorhanden", "mehr", "nicht", "gelöscht",
    "introuvable", "trouvé", "disponible", "supprim", "encontr", "encuentra", "disponível", "pagina", "articolo", "contenuto",
    "gevonden", "beschikbaar", "bestaat", "znalezion", "istnieje", "найден", "существует", "удал", "bulunamadı", "hittades", "hittas", "finns", "fundet",
    "finnes", "funnet", "löyt", "nenalezena", "不存在", "找不到", "找到", "删除", "刪除", "移除", "下线", "下架", "走丢", "走失", "失效",
    "見つかりません", "存在しません", "ありません", "削除", "終了", "찾을", "존재하지", "삭제되었습니다", "الصفحة", "المقال", "المحتوى", "נמצא", "नहीं", "không",
    "ditemukan",
];
#[rustfmt::skip]
const FAILURE: &[&str] = &[
    "403", "429", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59", "error", "unavailable", "gateway", "requests", "denied", "forbidden",
    "wrong", "maintenance", "fehler", "wartungsarbeiten", "verweigert", "erreur", "refusé", "interdit", "denegado", "mantenimiento", "erro",
    "negado", "negato", "fout", "misgegaan", "błąd", "hata", "fel", "ошибка", "технические", "доступ", "错误", "錯誤", "繁忙", "维护", "維護", "异常", "異常",
    "出错", "访问", "存取被拒", "エラー", "メンテナンス", "アクセス", "오류가", "점검", "접근이", "حدث", "خطأ",
];
#[rustfmt::skip]
const CONSENT: &[&str] = &[
    "continue", "privacy", "cookie", "consent", "privatsphäre", "bevor", "werbung", "datenschutz", "einwilligung", "zustimmung", "privée",
    "consentement", "avant", "privacidad", "antes", "privacidade", "prima", "voordat", "prywatność", "конфиденциальность", "приватность", "согласие",
    "隐私", "隱私", "前に", "プライバシー", "개인정보", "쿠키", "خصوصي",
];
#[rustfmt::skip]
const LOGIN: &[&str] = &[
    "login", "log in", "log-in", "logon", "log on", "log-on", "signin", "sign in", "sign-in", "signon", "sign on", "sign-on", "logge", "logowanie",
    "logga in", "zaloguj", "logged", "inloggen", "einloggen", "member", "authentication", "anmeld", "melde", "mitglieder", "connecter", "connexion",
    "connectez", "identifi", "identifícate", "inici", "sesión", "acceso", "sessão", "área", "accedi", "effettua", "riservata", "giriş", "kirjaudu",
    "přihlášení", "войдите", "вход", "авториз", "登", "会员", "會員", "ログイン", "会員", "로그인", "تسجيل", "سجل", "כניסה",
];
#[rustfmt::skip]
const WALL: &[&str] = &[
    "login", "log in", "signin", "sign in", "logged in", "signed in", "registered", "logged", "melde", "einloggen", "loggen", "logge", "anmelden",
    "connectez", "identifiez", "inici", "sessão", "accedi", "il login", "zaloguj", "войдите", "авторизуйтесь", "giriş", "登", "ログイン", "로그인", "تسجيل",
];
#[rustfmt::skip]
const PAYWALL: &[&str] = &[
    "to continue", "to read", "to keep", "to unlock", "to get", "to access", "and read", "and continue", "r subscribers", "r members", "r paying",
    "o subscribers", "o members", "o paying", "continue reading", "keep reading", "ve reached", "ve read", "ve used", "already a subscriber",
    "weiterlesen", "lesen sie weiter", "nur für", "exklusiv für", "abonnieren und", "testen und", "sie haben", "réservé", "reste", "abonnez-vous",
    "lire la suite", "suscriptores", "suscríb", "leyendo", "assinantes", "assine", "abbonati", "abonnees", "prenumerator", "subskrybent", "доступ",
    "подписк", "付费", "付費", "订阅", "訂閱", "订户", "訂戶", "会员", "會員", "购买", "購買", "会員", "残り", "유료", "구독", "회원", "للمشتركين", "للأعضاء",
];
#[rustfmt::skip]
const SCRIPT: &[&str] = &[
    "javascript", "loading", "wait", "جافا", "加载中", "載入中", "正在加载", "読み込み中", "laden", "geladen", "chargement", "cargando", "carregando", "caricamento",
    "загрузка", "로딩",
];

/// All stems, and for each of them the kinds that need it, as bits.
struct Stems {
    automaton: AhoCorasick,
    kinds: Vec<u8>,
}

static STEMS: LazyLock<Stems> = LazyLock::new(|| {
    let (mut all, mut kinds) = (Vec::<&str>::new(), Vec::new());
    for kind in Kind::ALL {
        all.extend(of(kind));
        kinds.resize(all.len(), bit(kind));
    }
    Stems { automaton: AhoCorasick::new(all).expect("stems of our own"), kinds }
});

fn of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::NotFound => NOT_FOUND,
        Kind::Failure => FAILURE,
        Kind::Consent => CONSENT,
        Kind::Login => LOGIN,
        Kind::Wall => WALL,
        Kind::Paywall => PAYWALL,
        Kind::Script => SCRIPT,
    }
}

/// The least bytes that a line of this kind has.
fn shortest(kind: Kind) -> usize {
    match kind {
        Kind::NotFound | Kind::Failure => 3,
        Kind::Consent => 7,
        Kind::Login | Kind::Script => 5,
        Kind::Wall => 9,
        Kind::Paywall => 11,
    }
}

fn bit(kind: Kind) -> u8 {
    1 << kind as u8
}

/// Whether `line` is long enough for `kind`, and has one of its stems.
pub(super) fn may_say(kind: Kind, line: &str) -> bool {
    if line.len() < shortest(kind) {
        return false;
    }
    let lower = folded(line);
    let stems = &*STEMS;
    let has = |found: aho_corasick::Match| {
        stems.kinds.get(found.pattern().as_usize()).is_some_and(|kinds| kinds & bit(kind) != 0)
    };
    stems.automaton.find_overlapping_iter(&lower).any(has) || lower.contains(is_another_form)
}

/// `line` in lower case with its white space folded, as the stems are written.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            c if !c.is_whitespace() => out.extend(c.to_lowercase()),
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out
}

/// Whether `c` is an old form of a letter, which a pattern takes for that letter although its lower case is another.
fn is_another_form(c: char) -> bool {
    matches!(c, 'ſ' | '\u{1C80}'..='\u{1C88}')
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, Hir, HirKind};

    use super::*;

    /// The most texts that are told apart.
    const MOST: usize = 400;

    /// All texts that `hir` matches, in lower case, if they are few.
    fn texts(hir: &Hir) -> Option<Vec<String>> {
        let found = match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => vec![String::new()],
            HirKind::Literal(literal) => vec![folded(std::str::from_utf8(&literal.0).ok()?)],
            HirKind::Class(Class::Unicode(class)) => {
                if class.iter().all(|range| (range.start()..=range.end()).all(char::is_whitespace)) {
                    return Some(vec![" ".to_owned()]);
                }
                let count: usize = class.iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum();
                let characters = class.iter().flat_map(|range| range.start()..=range.end());
                let usual = characters.take(if count <= 40 { count } else { 0 }).filter(|c| !is_another_form(*c));
                let usual: Vec<String> = usual.map(|c| folded(c.encode_utf8(&mut [0; 4]))).collect();
                (count <= 40).then_some(usual)?
            }
            HirKind::Class(Class::Bytes(_)) => return None,
            HirKind::Capture(capture) => texts(&capture.sub)?,
            HirKind::Repetition(repetition) => {
                let mut all = if repetition.min == 0 { vec![String::new()] } else { Vec::new() };
                let once = texts(&repetition.sub)?;
                // However much of it there is, white space folds into one.
                if repetition.max != Some(1) && once != [" "] {
                    return None;
                }
                all.extend(once);
                all
            }
            HirKind::Alternation(parts) => parts.iter().map(texts).collect::<Option<Vec<_>>>()?.concat(),
            HirKind::Concat(parts) => {
                let mut all = vec![String::new()];
                for part in parts {
                    all = joined(&all, &texts(part)?)?;
                }
                all
            }
        };
        let mut found = found;
        found.sort();
        found.dedup();
        (found.len() <= MOST).then_some(found)
    }

    /// `hir` as a person would write it, more or less.
    fn sketch(hir: &Hir) -> String {
        match hir.kind() {
            HirKind::Repetition(repetition) => {
                format!("({}){}", sketch(&repetition.sub), if repetition.min == 0 { "*" } else { "+" })
            }
            HirKind::Capture(capture) => sketch(&capture.sub),
            HirKind::Alternation(parts) => format!("({})", parts.iter().map(sketch).collect::<Vec<_>>().join("|")),
            HirKind::Concat(parts) => parts.iter().map(sketch).collect(),
            _ => texts(hir).and_then(|all| all.first().cloned()).unwrap_or_else(|| ".".to_owned()),
        }
    }

    fn joined(heads: &[String], tails: &[String]) -> Option<Vec<String>> {
        let few = heads.len() * tails.len() <= MOST;
        few.then(|| {
            heads.iter().flat_map(|head| tails.iter().map(move |tail| folded(&format!("{head}{tail}")))).collect()
        })
    }

    /// Whether every text that `hir` matches has one of `stems`; a doubt is told.
    fn needs(hir: &Hir, stems: &[&str], doubts: &mut Vec<String>) -> bool {
        let has = |all: &[String]| all.iter().all(|text| stems.iter().any(|stem| text.contains(stem)));
        if texts(hir).is_some_and(|all| has(&all)) {
            return true;
        }
        match hir.kind() {
            HirKind::Capture(capture) => needs(&capture.sub, stems, doubts),
            HirKind::Repetition(repetition) => repetition.min > 0 && needs(&repetition.sub, stems, doubts),
            HirKind::Alternation(parts) => {
                let unproven: Vec<&Hir> = parts.iter().filter(|part| !needs(part, stems, doubts)).collect();
                doubts.extend(unproven.iter().map(|part| sketch(part)));
                unproven.is_empty()
            }
            HirKind::Concat(parts) => {
                let side_by_side = (0..parts.len()).any(|from| {
                    let mut all = vec![String::new()];
                    parts.iter().skip(from).map_while(texts).any(|tails| match joined(&all, &tails) {
                        Some(longer) => {
                            all = longer;
                            has(&all)
                        }
                        None => false,
                    })
                });
                let mut inner = Vec::new();
                side_by_side || parts.iter().any(|part| needs(part, stems, &mut inner)) || {
                    doubts.append(&mut inner);
                    false
                }
            }
            _ => false,
        }
    }

    #[test]
    fn no_pattern_matches_without_a_stem() {
        for kind in Kind::ALL {
            let hir = regex_syntax::parse(super::super::words::pattern_of(kind).as_str()).unwrap();
            let mut doubts = Vec::new();
            let proven = needs(&hir, of(kind), &mut doubts);
            assert_eq!(hir.properties().minimum_len(), Some(shortest(kind)), "{kind:?}");
            assert!(proven, "{kind:?}: {}", doubts.join("\n  "));
        }
    }

    #[test]
    fn a_line_that_says_nothing_of_the_kind_is_told_at_once() {
        for (kind, line, may) in [
            (Kind::NotFound, "A new bridge for the harbour", false),
            (Kind::NotFound, "СТРАНИЦА НЕ НАЙДЕНА", true),
            (Kind::NotFound, "Page not found", true),
            (Kind::Paywall, "The ferry left at nine", false),
            (Kind::Failure, "Page not found", false),
        ] {
            assert_eq!(may_say(kind, line), may, "{line}");
        }
    }
}
