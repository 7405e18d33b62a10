//! What pages say about themselves between the lines of a story: offers of newsletters and subscriptions, walls before the
//! rest of the text, consent for foreign content, contact lines, notices of rights.
//!
//! It refuses to look at long blocks, and at anything but how a block begins, or words that no story needs: a sentence
//! that only mentions a newsletter stays.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// The longest block that can be one, in characters.
const LONGEST: usize = 420;

/// How such blocks begin, in lower case, without marks before the first letter.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    // English
    "sign up for ", "sign up to ", "sign in or create", "signup for", "subscribe to ", "subscribe now", "subscribe today", "subscribe for ", "already a subscriber",
    "already have an account", "create an account or sign in", "create a free account", "register to unlock", "register / sign in", "log in to ",
    "this content is reserved for", "this article is for subscribers", "this is a subscriber", "unlimited digital access", "unlimited online access",
    "get unlimited access", "enjoy unlimited access", "by signing up you", "by subscribing you", "by clicking ", "privacy notice:", "this site is protected by recaptcha",
    "get the latest ", "get our ", "get updates ", "get email updates", "stay up to date with ", "stay informed", "never miss ", "don't miss a ", "join our ", "join the conversation",
    "share your thoughts", "tell us what you think", "have a tip?", "have a news tip", "got a tip", "got a story", "do you have a story", "get in touch with ", "contact our news", "email us at",
    "follow us on", "follow our ", "follow him on", "follow her on", "follow me on", "follow them on", "like us on", "find us on", "listen to our ", "download our ", "download the app", "get the app",
    "support our journalism", "support local journalism", "support independent", "become a member", "donate to ", "if you enjoyed this article", "enjoying this article", "did you find this",
    "thank you for reading", "thanks for reading", "for more stories like this", "click here to ", "to read the full", "continue reading", "keep reading", "skip past ", "after newsletter promotion", "skip advertisement",
    "ad block users", "please enable javascript", "your browser does not support", "enlarge image", "email the author", "follow on twitter",
    "image 1 of", "i agree to receive", "all rights reserved", "article continues", "story continues", "listen to this article",
    "the views expressed in this article", "more about:", "be the first to comment", "print article", "text size",
    "this article is part of", "editor's note: this", "follow topics", "follow this topic",
    // German
    "empfohlener redaktioneller inhalt", "empfohlener externer inhalt", "externer inhalt", "an dieser stelle finde", "an dieser stelle befinde", "an dieser stelle ist ein", "ich bin damit einverstanden, dass", "ich bin einverstanden, dass",
    "personenbezogene daten können", "damit können personenbezogene", "damit werden personenbezogene", "mit dem klick ", "mit ihrer anmeldung", "mit der anmeldung",
    "jetzt abonnieren", "jetzt anmelden", "jetzt kostenlos", "melden sie sich ", "abonnieren sie ", "newsletter:", "unser newsletter", "sie können sich jederzeit wieder abmelden", "fehler gefunden", "sie haben einen fehler gefunden", "bitte markieren sie die",
    "hat ihnen dieser artikel gefallen", "hat dir dieser artikel gefallen", "folgen sie uns", "folge uns", "die mit einem symbol oder unterstreichung", "dieser artikel enthält affiliate", "für sie ausgewählt", "lest auch",
    "diesen artikel weiterlesen", "weiterlesen mit", "dieser beitrag ist nur für", "dieser artikel ist nur für", "diskutieren sie mit", "am beliebtesten",
    "um diesen inhalt ", "um dieses video ", "um dieses element", "zum anzeigen dieses", "mehr themen auf", "schreiben sie uns", "das könnte dich auch", "das könnte sie auch",
    // French
    "article réservé aux abonnés", "contenu réservé aux abonnés", "réservé aux abonnés", "il vous reste ", "la suite est réservée", "abonnez-vous", "je m'abonne", "s'abonner", "inscrivez-vous", "déjà abonné", "recevez ", "suivez-nous",
    "ce contenu est bloqué", "pour afficher ce contenu", "lecture restreinte", "votre abonnement n", "soutenez ", "cet article est réservé", "retrouvez toute l'actualité", "partager cet article",
    // Spanish, Portuguese, Italian
    "suscríbete", "suscríbase", "contenido exclusivo para suscriptores", "regístrate", "inicia sesión", "síguenos en", "recibe ", "únete a nuestro", "haz clic aquí", "sigue leyendo", "más noticias",
    "assine ", "conteúdo exclusivo para assinantes", "receba ", "siga o ", "siga a ", "siga-nos", "inscreva-se", "clique aqui", "cadastre-se", "participe do ", "entre no grupo", "acompanhe o ", "apoie ",
    "iscriviti", "abbonati", "contenuto riservato", "questo contenuto è riservato", "seguici su", "ricevi ", "clicca qui", "riproduzione riservata", "© riproduzione",
    // Dutch, Scandinavian, Polish, Czech, Turkish, Russian, Greek, Hungarian, Romanian, Indonesian, Vietnamese
    "meld je aan", "schrijf je in", "abonneer", "al abonnee", "prenumerera", "redan prenumerant", "tilmeld dig", "bliv abonnent", "abonner på", "følg oss", "følg os",
    "zapisz się", "zaprenumeruj", "kup subskrypcję", "dalszy ciąg materiału", "dalsza część", "obserwuj nas", "přihlaste se k odběru", "předplaťte si", "sledujte nás", "abone ol", "bizi takip", "haberin devamı",
    "подпишитесь", "подписывайтесь", "подписаться", "читайте нас", "присоединяйтесь", "следите за", "наш телеграм", "нашли ошибку", "заметили ошибку", "підпишіться", "підписуйтесь", "читайте нас",
    "εγγραφείτε", "ακολουθήστε", "iratkozzon fel", "abonează-te", "urmărește", "berlangganan", "ikuti kami", "baca juga", "đăng ký nhận", "theo dõi ",
    // Japanese and Korean
    "この記事は会員限定", "この記事は有料", "会員限定記事", "会員登録", "無料会員登録", "ログインして", "続きを読むには", "続きは", "メールマガジン", "おすすめ情報", "関連キーワード",
    "無断転載", "本記事は", "구독", "저작권자", "무단전재", "ⓒ", "기자 구독", "이 기사를 공유",
    // Chinese
    "特别声明：", "特別聲明：", "免责声明", "免責聲明", "版权声明", "版權聲明", "郑重声明", "声明：", "本文来源：", "本文來源：", "原标题：", "（原标题：", "(原标题：", "原标题:", "（原標題：", "转载请注明", "轉載請註明", "未经授权", "未經授權",
    "图片来自网络", "本文图片来自", "如有侵权", "点击看清晰大图", "（点击看清晰大图", "the end", "更多精彩", "欢迎关注", "歡迎關注", "关注我们", "扫描二维码", "掃描二維碼", "微信公众号", "下载客户端", "打开app", "打開app", "立即下载", "点击下载", "点击查看", "举报", "反馈",
    "請繼續往下閱讀", "请继续往下阅读", "加入好友", "訂閱", "订阅", "免費註冊", "登入會員", "注册会员",
];

/// Words that no story needs.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "right in your inbox", "straight to your inbox", "delivered to your inbox", "to your inbox daily", "in your inbox every", "unsubscribe at any time", "privacy policy and terms of", "terms of service apply",
    "may be reached at", "can be reached at", "this article was originally published", "add us as a preferred source", "directement dans votre boîte mail", "direkt in ihr postfach", "direkt ins postfach",
    "en tu correo electrónico", "direto no seu e-mail", "nella tua casella", "do seu e-mail", "仅供参考，不构成", "不构成投资建议", "不構成投資建議", 
];

/// The beginnings by their first character.
static BY_FIRST: LazyLock<HashMap<char, Vec<&'static str>>> = LazyLock::new(|| {
    let mut sorted: HashMap<char, Vec<&'static str>> = HashMap::new();
    for beginning in BEGINNINGS {
        sorted.entry(beginning.chars().next().unwrap_or_default()).or_default().push(beginning);
    }
    sorted
});
static ANYWHERE: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new(WORDS).expect("words of our own"));

/// Whether a block of text of `length` characters speaks for the page and not for the story.
pub(super) fn is_promotion(text: &str, length: usize) -> bool {
    if length > LONGEST {
        return false;
    }
    let mut lower = crate::normalise::text::lower(text);
    if lower.contains('’') {
        lower = lower.replace('’', "'");
    }
    let start = lower.trim_start_matches(|c: char| !c.is_alphanumeric() && !"（(『©ⓒ".contains(c));
    // Words of one syllable only count alone.
    let begins = |beginning: &str| {
        start.strip_prefix(beginning).is_some_and(|rest| {
            let short = beginning.chars().count() <= 3;
            !short || rest.chars().filter(|c| c.is_alphanumeric()).count() <= 4
        })
    };
    let alike = start.chars().next().and_then(|first| BY_FIRST.get(&first));
    alike.is_some_and(|beginnings| beginnings.iter().any(|beginning| begins(beginning))) || ANYWHERE.is_match(&lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks() {
        for (text, wanted) in [
            ("Sign up for our weekly harbour letter.", true),
            ("▶ Jetzt kostenlos anmelden", true),
            ("Il vous reste 60 % de cet article à lire.", true),
            ("Подпишитесь на наш канал", true),
            ("この記事は会員限定です。", true),
            ("特别声明：以上内容由用户上传。", true),
            ("- THE END -", true),
            ("Anna may be reached at anna@site.example.", true),
            ("Endlich ist die Brücke wieder offen.", false),
            ("The council will sign up for a new bus line.", false),
            ("延伸到江边的大桥昨天通车。", false),
            ("He said the newsletter had been a mistake.", false),
        ] {
            assert_eq!(is_promotion(text, text.chars().count()), wanted, "{text}");
        }
    }
}
