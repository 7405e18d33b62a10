//! The words that sites of many languages use where they show no article.
//!
//! A title counts only as a whole: "404 days in space" is a story.

use std::sync::LazyLock;

use regex::Regex;

use super::stems::may_say;

/// What a line may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is no such page.
    NotFound,
    /// Something went wrong.
    Failure,
    /// May we set cookies?
    Consent,
    /// Sign in, as the title of a page.
    Login,
    /// Sign in to read this, as a line.
    Wall,
    /// Subscribe to read the rest.
    Paywall,
    /// Switch JavaScript on.
    Script,
}

impl Kind {
    /// Every kind.
    pub(super) const ALL: [Self; 7] =
        [Self::NotFound, Self::Failure, Self::Consent, Self::Login, Self::Wall, Self::Paywall, Self::Script];
}

/// The longest line that is such a title, in characters.
const LONGEST: usize = 140;

/// Whether `line` as a whole says `kind`.
pub(super) fn is_title_of(kind: Kind, line: &str) -> bool {
    let line = line.trim().trim_matches(|c: char| !c.is_alphanumeric());
    if line.is_empty() || line.chars().take(LONGEST + 1).count() > LONGEST {
        return false;
    }
    may_say(kind, line) && pattern_of(kind).is_match(line)
}

pub(super) fn pattern_of(kind: Kind) -> &'static Regex {
    match kind {
        Kind::NotFound => &NOT_FOUND,
        Kind::Failure => &FAILURE,
        Kind::Consent => &CONSENT,
        Kind::Login => &LOGIN,
        Kind::Wall => &WALL,
        Kind::Paywall => &PAYWALL,
        Kind::Script => &SCRIPT,
    }
}

/// How many different things that only a request for consent says stand in `lines`.
pub(super) fn asks_for_consent(lines: &[&str]) -> usize {
    CONSENT_PARTS.iter().filter(|part| lines.iter().any(|line| part.is_match(line))).count()
}

fn pattern(alternatives: &[&str]) -> Regex {
    Regex::new(&format!("(?i)^(?:{})$", alternatives.join("|"))).expect("a pattern of our own")
}

static NOT_FOUND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        r"(?:http\s*)?(?:error|fehler|erreur|errore?|erro|ошибка|错误|錯誤|エラー)?\s*40[4]\b\W{0,3}(?:(?:error|page|seite|file|not|found|nicht|gefunden|non|trouvée|pas|no|encontrada|页面|找不到|不存在|未找到|見つかりません|не|найдена|страница)\W*)*",
        r"(?:oops|sorry|uh-?oh|whoops)?\W{0,4}(?:we\s+(?:can(?:'|’)?t|could\s?n(?:o|'|’)t)\s+find\s+(?:the|that|this)\s+(?:page|article|story)(?:\s+you.{0,40})?|(?:(?:this|the|that|your)\s+)?(?:requested\s+)?(?:page|article|story|content|document|post|file)\s+(?:you.{0,50}\s)?(?:was\s+|is\s+|could\s+|can\s?|has\s+|does\s?|cannot\s+|no\s+)*(?:not\s+be\s+found|not\s+found|be\s+found|not\s+exist|n(?:'|’)t\s+exist|longer\s+(?:available|exists)|unavailable|not\s+available|been\s+(?:removed|deleted)))",
        r"(?:(?:die|der|das|diese|dieser|dieses)\s+)?(?:gewünschte\s+|angeforderte\s+)?(?:seite|artikel|beitrag|inhalt|dokument)\s+(?:(?:wurde|konnte|ist|existiert|leider|nicht|mehr)\s+)*(?:nicht\s+)?(?:gefunden(?:\s+werden)?|verfügbar|vorhanden|mehr|nicht|gelöscht)",
        r"(?:(?:la|le|cette|cet|ce)\s+)?(?:page|article|contenu)\s+(?:demandée?\s+|que.{0,40}\s)?(?:est\s+)?(?:introuvable|inexistante?|(?:non|pas)\s+trouvée?|n(?:'|’)existe\s+(?:pas|plus)|n(?:'|’)est\s+(?:plus|pas)\s+disponible|supprimée?)",
        r"(?:(?:la|el|esta|este)\s+)?(?:página|artículo|noticia|contenido)\s+(?:que.{0,40}\s|solicitad[ao]\s+)?no\s+(?:se\s+ha\s+|ha\s+sido\s+|se\s+|está\s+|fue\s+)?(?:encontrad[ao]|encuentra|encontró|existe|disponible)(?:\s+disponible)?",
        r"(?:(?:a|o|esta|este)\s+)?(?:página|artigo|notícia|conteúdo)\s+(?:que.{0,40}\s)?não\s+(?:foi\s+|está\s+(?:mais\s+)?)?(?:encontrad[ao]|existe|disponível)",
        r"(?:(?:la|l(?:'|’)|questa)\s*)?(?:pagina|articolo|contenuto)\s+(?:che.{0,40}\s|richiest[ao]\s+)?(?:non|inesistente)\s*(?:è\s+(?:più\s+)?|è\s+stat[ao]\s+)?(?:trovat[ao]|esiste(?:\s+più)?|disponibile)?",
        r"(?:(?:de|deze)\s+)?(?:opgevraagde\s+)?(?:pagina|artikel)\s+(?:is\s+|kan\s+|werd\s+|kon\s+)?(?:niet\s+(?:gevonden|beschikbaar|worden\s+gevonden)|bestaat\s+niet(?:\s+meer)?)(?:\s+worden)?",
        r"nie\s+znaleziono\s+(?:strony|artykułu)|(?:ta\s+|podana\s+)?(?:strona|artykuł)\s+nie\s+(?:została?\s+znalezion[ay]|istnieje)",
        r"(?:запрашиваемая\s+|эта\s+)?(?:страница|статья|новость|материал|запись)\s+(?:не\s+(?:найден[аоы]?|существует)|(?:была?\s+)?удал[её]н[аоы]?)",
        r"(?:aradığınız\s+)?(?:sayfa|haber|içerik)\s+bulunamadı|sidan\s+(?:hittades\s+inte|kunde\s+inte\s+hittas|finns\s+inte)|siden\s+(?:blev\s+ikke\s+fundet|finnes\s+ikke|ble\s+ikke\s+funnet)|sivua\s+ei\s+löyt(?:ynyt|ynyt)|stránka\s+nenalezena",
        r"(?:抱歉|对不起|對不起|很抱歉|sorry)?\W{0,3}(?:您|你)?(?:所)?(?:访问|查看|要找|浏览|请求|瀏覽|造訪)?的?(?:页面|网页|頁面|網頁|文章|新闻|新聞|内容|內容|帖子)(?:不存在|找不到(?:了)?|未找到|没有找到|沒有找到|已(?:经|經)?(?:被)?(?:删除|刪除|移除|下线|下架)|走丢了|走失了|无法找到|無法找到|已失效)(?:了|或.{0,10})?|(?:抱歉|对不起)?\W{0,3}(?:找不到|没有找到|未找到|沒有找到)(?:该|此|您|你|相关|這個|这个|访问|要|的|請求|请求|所)*(?:页面|网页|頁面|網頁|文章|内容)",
        r"(?:お探しの|指定された|ご指定の)?(?:ページ|記事|ファイル)(?:は|が)?(?:見つかりません(?:でした)?|存在しません|ありません(?:でした)?|削除されました|公開(?:は|を)終了しました|削除された可能性があります)",
        r"(?:요청하신\s*|찾으시는\s*)?(?:페이지|기사|게시물)(?:를|을|가|는|이)?\s*(?:찾을\s*수\s*없(?:습니다|음|어요)|존재하지\s*않(?:습니다|는.{0,8})|삭제되었습니다)",
        r"(?:عذرا\W*)?(?:الصفحة|المقال|المحتوى)\s+(?:المطلوبة?\s+|التي.{0,20}\s)?(?:غير\s+موجودة?|لم\s+يتم\s+العثور\s+عليها?|غير\s+متوفرة?|لا\s+وجود\s+لها?)|لم\s+يتم\s+العثور\s+على\s+(?:الصفحة|المقال)|הדף\s+לא\s+נמצא|पृष्ठ\s+नहीं\s+मिला|không\s+tìm\s+thấy\s+trang|halaman\s+tidak\s+ditemukan",
    ])
});

static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        r"(?:http\s*)?(?:error\s*)?(?:403|429|5[0-9][0-9])\b\W{0,3}(?:(?:error|forbidden|internal|server|service|temporarily|unavailable|bad|gateway|time-?out|too|many|requests|access|denied)\W*)*",
        r"internal\s+server\s+error|service\s+(?:temporarily\s+)?unavailable|bad\s+gateway|gateway\s+time-?out|too\s+many\s+requests|access\s+denied|forbidden|(?:(?:oops|sorry)\W+)?something\s+went\s+wrong|an?\s+(?:unexpected\s+)?error\s+(?:has\s+)?occurred|(?:site\s+|scheduled\s+)?(?:is\s+)?(?:down\s+for|under)\s+maintenance|error\s+establishing\s+a\s+database\s+connection|application\s+error",
        r"(?:es\s+ist\s+)?ein\s+(?:unerwarteter\s+|interner\s+)?fehler\s+(?:ist\s+)?aufgetreten|interner\s+(?:server-?\s?)?fehler|wartungsarbeiten|zugriff\s+verweigert|technischer\s+fehler",
        r"une\s+erreur\s+(?:interne\s+)?(?:est\s+survenue|s(?:'|’)est\s+produite)|erreur\s+(?:interne(?:\s+du\s+serveur)?|serveur)|site\s+en\s+maintenance|accès\s+(?:refusé|interdit)",
        r"(?:ha\s+ocurrido|se\s+ha\s+producido|se\s+produjo)\s+un\s+error(?:\s+inesperado)?|error\s+(?:interno(?:\s+del\s+servidor)?|del\s+servidor)|acceso\s+denegado|sitio\s+en\s+mantenimiento",
        r"(?:ocorreu|aconteceu)\s+um\s+erro(?:\s+inesperado)?|erro\s+interno(?:\s+do\s+servidor)?|acesso\s+negado|si\s+è\s+verificato\s+un\s+errore(?:\s+imprevisto)?|errore\s+(?:interno|del\s+server)|accesso\s+negato|er\s+is\s+(?:een\s+fout\s+opgetreden|iets\s+misgegaan)|wystąpił\s+błąd|błąd\s+serwera|bir\s+hata\s+oluştu|ett\s+fel\s+har\s+inträffat",
        r"(?:внутренняя\s+)?ошибка(?:\s+сервера)?|произошла\s+ошибка|(?:ведутся\s+)?технические\s+работы|доступ\s+(?:запрещ[её]н|ограничен)",
        r"(?:系统|系統|服务器|伺服器|网站|網站|服务)(?:内部|內部|发生|發生)?(?:错误|錯誤|繁忙|维护(?:中)?|維護(?:中)?|异常|異常|出错了?)|出错了|发生错误|發生錯誤|访问(?:被拒绝|过于频繁|受限)|存取被拒",
        r"(?:サーバー?\s*)?エラー(?:が発生しました)?|(?:ただいま)?メンテナンス中(?:です)?|アクセスが拒否されました|오류가\s*발생(?:했습니다|하였습니다)|(?:서버\s*)?점검\s*중(?:입니다)?|접근이\s*거부되었습니다|حدث\s+خطأ(?:\s+ما)?|خطأ\s+في\s+الخادم",
    ])
});

static CONSENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        r"before\s+you\s+continue(?:\s+to.{0,40})?|we\s+(?:value|care\s+about|respect)\s+your\s+privacy|your\s+privacy(?:\s+(?:choices|matters|is\s+important.{0,20}))?|(?:cookie|privacy|consent)\s+(?:consent|settings|preferences|choices|notice|wall)|(?:this\s+(?:site|website)|we)\s+uses?\s+cookies|consent",
        r"wir\s+(?:schätzen|respektieren|achten)\s+(?:ihre|deine)\s+privatsphäre|bevor\s+(?:sie|du)\s+(?:fortfahren|weiterliest|weiterlesen|fortfährst).{0,30}|mit\s+werbung\s+(?:weiterlesen|lesen).{0,30}|(?:cookie|datenschutz|privatsphäre)-?\s?einstellungen|(?:ihre|deine)\s+(?:einwilligung|zustimmung|privatsphäre).{0,30}|zustimmung(?:\s+erforderlich)?",
        r"(?:nous\s+)?respect(?:ons|er)\s+(?:de\s+)?votre\s+vie\s+privée.{0,30}|votre\s+(?:vie\s+privée|consentement).{0,40}|(?:paramètres|gestion)\s+des\s+cookies|avant\s+de\s+continuer.{0,30}",
        r"(?:valoramos|respetamos|nos\s+importa)\s+(?:tu|su)\s+privacidad|(?:tu|su)\s+privacidad.{0,30}|configuración\s+de\s+cookies|antes\s+de\s+continuar.{0,30}|(?:valorizamos|respeitamos)\s+a?\s*sua\s+privacidade|(?:a\s+)?sua\s+privacidade.{0,30}|(?:rispettiamo|teniamo\s+alla)\s+(?:la\s+)?(?:tua|vostra)\s+privacy|(?:la\s+)?(?:tua|vostra)\s+privacy.{0,30}|impostazioni\s+(?:dei\s+)?cookie|prima\s+di\s+continuare.{0,30}",
        r"(?:wij\s+)?(?:waarderen|respecteren)\s+(?:uw|je|jouw)\s+privacy|(?:uw|je|jouw)\s+privacy.{0,30}|cookie-?instellingen|voordat\s+(?:u|je)\s+(?:verder\s?gaat|doorgaat).{0,30}|(?:szanujemy|dbamy\s+o)\s+(?:twoją|państwa)\s+prywatność|(?:twoja\s+)?prywatność|ustawienia\s+(?:plików\s+)?cookies?",
        r"(?:мы\s+)?(?:ценим|уважаем)\s+вашу\s+(?:конфиденциальность|приватность)|согласие\s+на\s+(?:обработку|использование).{0,40}|настройки\s+(?:файлов\s+)?cookie|(?:我们)?(?:重视|尊重)您的隐私|(?:cookie|隐私|隱私)(?:设置|設定|偏好|同意)|(?:継続する|続行する)前に.{0,20}|プライバシー(?:の設定|に関する.{0,10})|cookie\s*(?:の設定|の使用について|利用について)|개인정보\s*(?:보호\s*)?(?:설정|동의)|쿠키\s*(?:설정|동의)|نحن\s+نقدر\s+خصوصيتك|نحترم\s+خصوصيتك",
    ])
});

/// Each is one thing that a request for consent says.
static CONSENT_PARTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?i)^\W*(?:accept(?:\s+all|\s+and\s+continue|\s+cookies)|i\s+agree|agree\s+(?:and|&)\s+(?:continue|close)|alle\s+akzeptieren|akzeptieren(?:\s+und\s+weiter)?|zustimmen(?:\s+und\s+weiter)?|tout\s+accepter|accepter\s+et\s+(?:continuer|fermer)|aceptar\s+(?:todo|todas|y\s+continuar)|aceitar\s+(?:tudo|todos|e\s+continuar)|accetta\s+(?:tutti|tutto|e\s+continua)|accetto|alles\s+accepteren|akkoord|akceptuję|zgadzam\s+się|принять(?:\s+все)?|согласен|同意(?:并继续)?|接受(?:全部|所有)?(?:cookies?)?|同意する|すべて(?:同意|許可)(?:する)?|(?:모두\s*)?동의(?:함|하기)?|موافق|قبول\s+الكل)\W*$",
        r"(?i)^\W*(?:(?:manage|more)\s+(?:options|choices|preferences|settings)|reject\s+all|decline|settings|einstellungen(?:\s+verwalten)?|ablehnen|mehr\s+optionen|continuer\s+sans\s+accepter|paramétrer(?:\s+les\s+cookies)?|tout\s+refuser|rechazar(?:\s+todo)?|configurar|rejeitar(?:\s+tudo)?|rifiuta(?:\s+tutti)?|gestisci\s+opzioni|weigeren|instellingen|odrzuć|ustawienia|отклонить|настроить|拒绝|拒絕|管理(?:选项|偏好|cookies?)|拒否(?:する)?|設定(?:する)?|거부|설정|رفض)\W*$",
        r"(?i)\bcookies?\b|クッキー|쿠키|куки|ملفات\s+تعريف\s+الارتباط",
        r"(?i)\b(?:our|unsere[nr]?|nos|nuestros|nossos|i\s+nostri|onze|nasi|nasze)\s+(?:[0-9]+\s+)?(?:partners?|partnern|partenaires|socios|parceiros|partneri|partnerzy)\b|第三方合作|合作伙伴|パートナー|파트너|партн[её]р",
        r"(?i)privacy\s+policy|datenschutzerklärung|politique\s+de\s+(?:confidentialité|cookies)|política\s+de\s+(?:privacidad|cookies|privacidade)|informativa\s+(?:sulla\s+)?privacy|privacy(?:beleid|verklaring)|polityk[ai]\s+prywatności|политик[аи]\s+конфиденциальности|隐私(?:政策|权)|隱私權政策|プライバシーポリシー|개인정보\s*처리방침|سياسة\s+الخصوصية",
    ]
    .into_iter()
    .map(|part| Regex::new(part).expect("a pattern of our own"))
    .collect()
});

static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        r"(?:please\s+)?(?:log|sign)[\s-]?(?:in|on)(?:\s+(?:or\s+(?:register|sign\s+up|create\s+an\s+account)|required|to.{0,60}))?|login(?:\s+(?:required|page|form))?|you\s+(?:must|need\s+to|have\s+to)\s+(?:be\s+logged\s+in|log\s+in|sign\s+in).{0,50}|members?\s+(?:only|login|area)|authentication\s+required",
        r"(?:bitte\s+)?(?:anmelden|einloggen|anmeldung|login)(?:\s+(?:oder\s+registrieren|erforderlich))?|bitte\s+(?:melden\s+sie\s+sich|melde\s+dich|loggen\s+sie\s+sich|logge\s+dich)\s+(?:an|ein).{0,40}|mitglieder(?:bereich|login)",
        r"(?:se\s+connecter|connexion|connectez-vous|identifiez-vous|identification)(?:\s+.{0,40})?|inici(?:ar|a|e)\s+(?:de\s+)?sesión.{0,40}|identifícate.{0,30}|acceso\s+(?:de\s+)?(?:usuarios|suscriptores|socios)|(?:fazer|faça|iniciar|inicie)\s+(?:o\s+)?(?:login|sessão).{0,40}|área\s+(?:de\s+)?(?:assinante|membros)|accedi(?:\s+.{0,40})?|effettua\s+(?:il\s+)?(?:login|l(?:'|’)accesso).{0,30}|area\s+riservata",
        r"(?:inloggen|log\s+in\s+om).{0,40}|aanmelden|zaloguj\s+się.{0,40}|logowanie|giriş\s+yap(?:ın|mak.{0,30})?|üye\s+girişi|logga\s+in.{0,30}|kirjaudu(?:\s+sisään)?|přihlášení|войдите.{0,40}|вход(?:\s+(?:на\s+сайт|в\s+систему))?|авториз(?:ация|уйтесь.{0,30})",
        r"(?:请|請)?(?:您)?(?:先)?(?:登录|登錄|登入)(?:后|後)?(?:查看|阅读|閱讀|继续.{0,6}|可见|访问|或注册|页面?|頁面?|账号|帳號|帐号|会员|會員|您的.{0,6})*|会员(?:登录|专区)|用户登录|會員登入|(?:会員)?ログイン(?:ページ|画面|が必要です|してください)?|会員限定(?:記事|ページ)?|로그인(?:\s*(?:페이지|이\s*필요합니다|해\s*주세요|하세요))?|تسجيل\s+الدخول|سجل\s+الدخول.{0,30}|כניסה\s+למערכת",
    ])
});

static WALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        r"(?:please\s+)?(?:log|sign)\s?in\s+(?:or\s+\w+(?:\s+\w+){0,3}\s+)?to\s+(?:read|view|see|continue|access).{0,60}|you\s+(?:must|need\s+to|have\s+to)\s+(?:be\s+(?:logged|signed)\s+in|log\s+in|sign\s+in).{0,60}|this\s+(?:article|page|content)\s+is\s+(?:only\s+)?(?:for|available\s+to)\s+(?:registered|logged).{0,40}",
        r"bitte\s+(?:melden\s+sie\s+sich\s+an|melde\s+dich\s+an|loggen\s+sie\s+sich\s+ein|logge\s+dich\s+ein|einloggen|anmelden).{0,60}|(?:connectez|identifiez)-vous\s+pour.{0,60}|inici[ae]\s+sesión\s+para.{0,60}|(?:faça|inicie)\s+(?:o\s+)?(?:login|sessão)\s+para.{0,60}|(?:accedi|effettua\s+il\s+login)\s+per.{0,60}|log\s+in\s+om.{0,60}|zaloguj\s+się\W.{0,60}|войдите\W.{0,60}|авторизуйтесь\W.{0,60}|giriş\s+yap(?:ın|malısınız).{0,40}",
        r"(?:请|請)(?:您)?(?:先)?(?:登录|登錄|登入).{0,20}|登(?:录|錄|入)(?:后|後)(?:才?(?:可|能|可以))?(?:查看|阅读|閱讀|继续|观看|访问).{0,20}|.{0,20}(?:続きを読むには|閲覧するには|ご覧いただくには).{0,10}ログイン.{0,20}|ログインして.{0,20}|.{0,20}로그인\s*(?:후|이\s*필요|하셔야|해\s*주세요).{0,20}|.{0,20}تسجيل\s+الدخول\s+(?:ل|من\s+أجل).{0,30}",
    ])
});

static PAYWALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        r".{0,30}(?:subscribe|become\s+a\s+(?:member|subscriber)|start\s+your\s+(?:free\s+)?(?:trial|subscription))\s+(?:now\s+)?(?:to\s+(?:continue|read|keep|unlock|get|access)|and\s+(?:read|continue)).{0,60}|to\s+(?:continue|keep)\s+reading\W.{0,60}|(?:this\s+(?:article|content|story)\s+is\s+)?(?:exclusively\s+|only\s+)?(?:for|available\s+to)\s+(?:our\s+)?(?:subscribers|members|paying\s+readers)(?:\s+only)?|(?:continue|keep)\s+reading\s+(?:this\s+(?:article|story)\s+)?with\s+(?:a|your)\s+(?:subscription|free\s+trial|membership).{0,30}|you(?:'|’)?(?:ve|\s+have)\s+(?:reached|read|used)\s+(?:your|all\s+your|the)\s+.{0,30}(?:free|limit).{0,40}|already\s+a\s+subscriber\W{0,3}(?:(?:log|sign)\s+in)?",
        r"(?:jetzt\s+)?(?:weiterlesen|lesen\s+sie\s+weiter)\s+(?:mit|im)\s+.{0,40}(?:abo|plus|\+|probemonat).{0,20}|(?:dieser|der)\s+(?:artikel|beitrag|inhalt)\s+ist\s+(?:nur|exklusiv)\s+für\s+.{0,20}(?:abonnent|mitglieder|leser).{0,20}|(?:jetzt|nur)\s+.{0,20}(?:abonnieren|testen)\s+und\s+(?:weiterlesen|den\s+ganzen\s+artikel\s+lesen).{0,30}|sie\s+haben\s+(?:bereits\s+)?ein\s+.{0,12}abo\W.{0,30}|weiterlesen\s+mit\s+.{0,30}",
        r"(?:cet\s+)?article\s+(?:est\s+)?réservé\s+(?:à\s+nos|aux)\s+abonnés.{0,30}|il\s+(?:vous\s+)?reste\s+[0-9,.]+\s?%\s+de\s+(?:cet\s+article|l(?:'|’)article)\s+à\s+(?:découvrir|lire).{0,60}|(?:la\s+suite\s+est\s+réservée|abonnez-vous\s+pour\s+(?:lire|continuer)|pour\s+lire\s+la\s+suite).{0,60}",
        r"(?:contenido|artículo|noticia)\s+(?:exclusiv[oa]\s+para|solo\s+para|reservad[oa]\s+(?:a|para))\s+(?:nuestros\s+)?suscriptores.{0,30}|(?:suscríbete|suscríbase)\s+para\s+(?:seguir\s+leyendo|continuar|leer).{0,40}|para\s+(?:seguir|continuar)\s+leyendo\W.{0,60}|(?:conteúdo|artigo|matéria)\s+(?:exclusiv[oa]|disponível\s+apenas)\s+para\s+assinantes.{0,30}|assine\s+para\s+(?:continuar|ler).{0,40}|(?:contenuto|articolo)\s+(?:riservato|disponibile\s+solo)\s+(?:agli|per\s+gli)\s+abbonati.{0,30}|abbonati\s+per\s+(?:continuare|leggere).{0,40}|(?:dit\s+)?artikel\s+is\s+(?:alleen|exclusief)\s+(?:voor|beschikbaar\s+voor)\s+abonnees.{0,30}|(?:treść|artykuł)\s+(?:dostępn[ay]\s+)?(?:tylko|wyłącznie)\s+dla\s+(?:prenumeratorów|subskrybentów).{0,20}|(?:полный\s+текст|материал|статья)\s+доступ(?:ен|на)\s+(?:только\s+)?(?:по\s+подписке|подписчикам).{0,30}|оформите\s+подписку\W.{0,50}",
        r"(?:本文|全文|此文章|以下内容|剩余内容|以下內容)(?:为|為|仅|僅|只)?.{0,8}(?:付费|付費|订阅|訂閱|会员|會員|订户|訂戶).{0,20}|(?:订阅|訂閱|付费|付費|购买|購買|开通会员|加入會員)(?:后|後|即可|以|并|並)?.{0,6}(?:阅读|閱讀|查看|解锁|解鎖).{0,4}(?:全文|完整.{0,6}|更多|本文|剩余.{0,6})|(?:この|こちらの)?(?:記事|コンテンツ)は(?:有料)?会員限定(?:です|記事です)?.{0,20}|(?:ここから先は|続きは|この先は)(?:有料)?会員.{0,30}|残り\s?[0-9,]+\s?文字.{0,20}|(?:이\s*)?(?:기사|콘텐츠)(?:는|은)\s*(?:유료|구독자|회원)\s*(?:전용|회원|만).{0,20}|구독(?:하고|하시면|후)\s*.{0,20}(?:읽|보기|보실).{0,20}|.{0,20}(?:للمشتركين|للأعضاء)\s+فقط.{0,10}",
    ])
});

static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        r".{0,40}(?:enable|turn\s+on|requires?|needs?|activate|without|switch\s+on)\s+.{0,20}javascript.{0,80}|javascript\s+(?:is\s+)?(?:required|disabled|needed|must\s+be).{0,60}|loading|please\s+wait",
        r".{0,40}javascript\s+.{0,20}(?:aktivieren|einschalten|benötigt|erforderlich|deaktiviert|activé|activer|désactivé|activar|activado|habilitar|habilite|ativar|ative|abilitare|attivare|abilita|inschakelen|włącz).{0,60}|.{0,40}(?:aktivieren\s+sie|activez|activer|habilite|active|ative|abilita|attiva|schakel|włącz|включите|etkinleştirin)\s+.{0,20}javascript.{0,60}",
        r".{0,20}(?:启用|开启|打开|啟用|開啟|允许)\s*(?:您的|浏览器的|瀏覽器的)?\s*javascript.{0,30}|.{0,20}javascript.{0,6}(?:を有効|を使用|が必要|が無効|をオン|를\s*활성화|를\s*사용|이\s*필요|включ|отключ|تفعيل).{0,40}|.{0,20}(?:включ\w+|для\s+работы).{0,20}javascript.{0,40}|.{0,20}(?:تفعيل|تمكين)\s+.{0,10}(?:javascript|جافا\s*سكريبت).{0,30}|加载中|載入中|正在加载|読み込み中|laden|wird\s+geladen|chargement|cargando|carregando|caricamento|загрузка|로딩\s*중",
    ])
});
