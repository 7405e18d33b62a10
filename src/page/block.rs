//! What stands where a page was asked for: a challenge, a refusal, a wall, an empty shell.
//!
//! Pure, and only for naming things: nothing here answers a challenge or gets round a wall. A page that is named here is
//! no content. It refuses to guess: a long page is never a challenge, however much it speaks of one, so that an article
//! about captchas stays an article.
//!
//! 1. Headers and status tell of a challenge by themselves ([`by_headers`]).
//! 2. A page that shows few words is looked through for the marks that each service leaves ([`by_text`]).
//! 3. An index page that shows few words may ask to sign in or to agree ([`wall`]); of articles `article` tells that.
//! 4. A page on which nothing was found may be an empty application ([`shell`]).

mod shell;
#[cfg(test)]
mod tests;
mod vendor;
mod visible;
mod wall;

use url::Url;

pub use self::shell::shell;
pub use self::visible::shows_few_words;
pub use self::wall::wall;
use crate::finding::{Code, Finding};

/// Something that stands in the way, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// A test that a browser passes and a program does not: `a Cloudflare challenge`.
    Challenge(&'static str),
    /// A refusal by a firewall or for the program's name: `the Sucuri firewall`.
    Refusal(&'static str),
    /// Somebody has to agree to something first.
    Consent,
    /// Somebody has to sign in first.
    Login,
    /// A network wants its user to sign in before it lets anything through.
    Portal,
    /// A page without content, which a script would fetch; where its data stands in the page, if it does.
    Shell(Option<&'static str>),
}

/// What the status and the headers of an answer say by themselves; `header` looks a name up (lower case).
pub fn by_headers<'a>(status: u16, header: &dyn Fn(&str) -> Option<&'a str>) -> Option<Block> {
    if status == 511 {
        // Network Authentication Required (RFC 6585, section 6).
        return Some(Block::Portal);
    }
    vendor::by_headers(status, header)
}

/// What the text of a page that shows few words says.
pub fn by_text(text: &str) -> Option<Block> {
    vendor::by_text(text)
}

/// What the text of a short answer with `status`, which is no success, says.
pub fn by_refusal(status: u16, text: &str) -> Option<Block> {
    let refused = matches!(status, 403 | 406 | 429);
    vendor::by_text(text).or_else(|| refused.then(|| vendor::speaks_of_programs(text)).flatten())
}

impl Block {
    /// The finding for `asked`, whose answer had `status` (`None`: unknown or 200).
    pub fn finding(self, asked: &Url, status: Option<u16>) -> Finding {
        let host = asked.host_str().unwrap_or_default();
        let answered = match status.filter(|status| *status != 200) {
            Some(status) => format!("{host} answered {status}: "),
            None => format!("{host}: "),
        };
        let finding = Finding::error(self.code(), format!("{answered}{}", self.words())).at_page(asked);
        let finding = finding.remedy(self.remedy());
        match status {
            Some(status) => finding.status(status),
            None => finding,
        }
    }

    fn code(self) -> Code {
        match self {
            Self::Challenge(_) => Code::BlockedChallenge,
            Self::Refusal(_) => Code::BlockedRefusal,
            Self::Consent => Code::BlockedConsent,
            Self::Login => Code::BlockedLogin,
            Self::Portal => Code::BlockedPortal,
            Self::Shell(_) => Code::AppShell,
        }
    }

    /// What stands in the way, in words that follow the name of the host.
    pub fn words(self) -> String {
        match self {
            Self::Challenge(name) => format!("blocked by {name} from this address"),
            Self::Refusal(name) => format!("refused by {name}"),
            Self::Consent => "the page asks to agree to cookies or terms before it shows anything".to_owned(),
            Self::Login => "the page asks to sign in before it shows anything".to_owned(),
            Self::Portal => "the network answered instead of the site: it wants a sign-in of its own".to_owned(),
            Self::Shell(Some(place)) => {
                format!("the page is an empty application; its data stands in the page, in {place}")
            }
            Self::Shell(None) => {
                "the page is an empty application whose script would fetch the content; no data stands in it".to_owned()
            }
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Challenge(_) => {
                "ask the site to let feedmill in, or visit it from a network that it trusts: \
                 `feedmill fetch --to FILE` there, `feedmill build --from FILE` here"
            }
            Self::Refusal(_) => {
                "see whether the page opens in a browser; if only this network is refused, run \
                 `feedmill fetch --to FILE` in another and `feedmill build --from FILE` here"
            }
            Self::Consent => {
                "look for a page of the site that shows its list without asking, or give the cookie of your choice in \
                 `request.headers`"
            }
            Self::Login => "give the cookie of your own account in `request.headers`, from a variable",
            Self::Portal => "sign in to the network with a browser, or use another network",
            Self::Shell(_) => {
                "look for the address that the script asks, or for another page of the site that has the list in its HTML"
            }
        }
    }
}
