//! Which way round a page writes its numeric dates, told by those that can be read in one way only.

use super::Order;

/// The order of `28/03/2025` and the like among `texts`; `None` if none decides or if they contradict each other.
///
/// Only dates that end in a year of four digits speak: `25.03.28` may begin with its year.
pub fn habit<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Order> {
    let (mut day_first, mut month_first) = (false, false);
    for (first, second) in texts.into_iter().filter_map(numbers) {
        day_first |= (13..=31).contains(&first) && (1..=12).contains(&second);
        month_first |= (1..=12).contains(&first) && (13..=31).contains(&second);
    }
    match (day_first, month_first) {
        (true, false) => Some(Order::Dmy),
        (false, true) => Some(Order::Mdy),
        _ => None,
    }
}

/// The first two numbers of the first numeric date in `text`.
fn numbers(text: &str) -> Option<(u8, u8)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut rest = text.get(start..)?;
    let first = number(&mut rest, 2)?;
    let second = number(&mut rest, 2)?;
    let year = rest.bytes().take_while(u8::is_ascii_digit).count();
    (year == 4).then_some((first, second))
}

/// A number of at most `most` digits and the sign behind it, taken off `text`.
fn number(text: &mut &str, most: usize) -> Option<u8> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..digits).filter(|_| (1..=most).contains(&digits))?.parse().ok()?;
    *text = text.get(digits..)?.strip_prefix(['/', '.', '-'])?.trim_start();
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clear_date_decides_for_all() {
        for (texts, wanted) in [
            (&["03/04/2025", "28/03/2025"][..], Some(Order::Dmy)),
            (&["03/04/2025", "Posted 3/28/2025 by Ann"], Some(Order::Mdy)),
            (&["03/04/2025", "01/03/2025"], None),
            (&["28/03/2025", "03/28/2025"], None),
            (&["28. 3. 2025", "gestern"], Some(Order::Dmy)),
            (&["2025-03-28", "25/03/28", "45/03/2025", "", "7"], None),
        ] {
            assert_eq!(habit(texts.iter().copied()), wanted, "{texts:?}");
        }
    }
}
