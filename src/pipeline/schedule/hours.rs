//! At which hours of the week a source has news.
//!
//! Pure. Each of the 168 hours of a week (UTC, from Monday) has a count of the visits that saw news in it. A week holds few
//! of them, so that an hour's share is smoothed (Laplace) towards the share of the same hour on all days, and that one
//! towards an even day. From the shares comes *active time*, which passes faster in busy hours than in quiet ones: the
//! schedule reckons in it, and a source that sleeps at night is asked less at night and sooner in the morning.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

const DAY: usize = 24;
const WEEK: usize = 7 * DAY;
/// A count at which all are halved: what was seen long ago counts less.
const MOST: u8 = 35;
/// With fewer sightings nothing is known.
const FEW: f64 = 12.0;
/// So many sightings of even hours are assumed beside those that were made.
const SMOOTHING: f64 = 24.0;
/// How much slower, and how much faster, active time may pass.
const SLOWEST: f64 = 1.0 / 1.5;
const FASTEST: f64 = 1.0 / 0.6;

/// The counts; none, or one for each hour of the week. Kept as a line of digits to the base 36.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Hours(Vec<u8>);

impl From<String> for Hours {
    /// What is no line of counts is as good as none.
    fn from(line: String) -> Self {
        let counts = line.chars().map(|digit| digit.to_digit(36).and_then(|count| u8::try_from(count).ok()));
        let counts: Option<Vec<u8>> = counts.collect();
        Self(counts.filter(|counts| counts.len() == WEEK).unwrap_or_default())
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.0.into_iter().filter_map(|count| char::from_digit(u32::from(count), 36)).collect()
    }
}

impl Hours {
    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes that there was news at `time`.
    pub(super) fn note(&mut self, time: DateTime<Utc>) {
        self.0.resize(WEEK, 0);
        if let Some(count) = self.0.get_mut(hour_of_week(time)) {
            *count += 1;
            if *count >= MOST {
                self.0.iter_mut().for_each(|count| *count /= 2);
            }
        }
    }

    /// How fast active time passes in each hour of the week; `None` while too little is known.
    pub(super) fn activity(&self) -> Option<Activity> {
        let total: f64 = self.0.iter().map(|count| f64::from(*count)).sum();
        if total < FEW {
            return None;
        }
        let mut of_day = [1.0; DAY];
        for (hour, count) in self.0.iter().enumerate() {
            of_day[hour % DAY] += f64::from(*count);
        }
        let mut speed = [1.0; WEEK];
        for (hour, count) in self.0.iter().enumerate() {
            // Shares of an hour in which as much happens as in any other are 1.
            let on_all_days = of_day[hour % DAY] / (total + 24.0) * 24.0;
            let share = (f64::from(*count) * 168.0 + SMOOTHING * on_all_days) / (total + SMOOTHING);
            speed[hour] = share.clamp(SLOWEST, FASTEST);
        }
        Some(Activity(speed))
    }
}

/// How fast active time passes in each hour of the week.
pub(super) struct Activity([f64; WEEK]);

impl Activity {
    /// The active seconds from `from` until `to`, at most those of `most`.
    pub(super) fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>, most: TimeDelta) -> f64 {
        let (mut at, mut active) = (from, 0.0);
        let end = to.min(from + most);
        while at < end {
            let next = next_hour(at).min(end);
            active += seconds(next - at) * self.speed(at);
            at = next;
        }
        active
    }

    /// The seconds from `from` in which `active` active seconds pass.
    pub(super) fn lasting(&self, from: DateTime<Utc>, active: f64) -> f64 {
        let (mut at, mut left) = (from, active);
        loop {
            let next = next_hour(at);
            let (hour, speed) = (seconds(next - at), self.speed(at));
            if left <= hour * speed {
                return seconds(at - from) + left / speed;
            }
            left -= hour * speed;
            at = next;
        }
    }

    fn speed(&self, time: DateTime<Utc>) -> f64 {
        self.0.get(hour_of_week(time)).copied().unwrap_or(1.0)
    }
}

fn hour_of_week(time: DateTime<Utc>) -> usize {
    let hour = time.weekday().num_days_from_monday() * 24 + time.hour();
    usize::try_from(hour).unwrap_or_default()
}

fn next_hour(time: DateTime<Utc>) -> DateTime<Utc> {
    time + TimeDelta::seconds(3600 - time.timestamp().rem_euclid(3600))
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some weeks")]
fn seconds(delta: TimeDelta) -> f64 {
    delta.num_milliseconds() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 18 January 2027, at `hour` UTC.
    fn monday(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_230_400 + hour * 3600, 0).unwrap()
    }

    fn office() -> Hours {
        let mut hours = Hours::default();
        for day in 0..5 {
            for hour in 8..18 {
                hours.note(monday(day * 24 + hour));
            }
        }
        hours
    }

    #[test]
    fn busy_hours_pass_faster() {
        assert_eq!((monday(0).weekday().num_days_from_monday(), monday(0).hour()), (0, 0));
        let active = office().activity().unwrap();
        assert!(active.speed(monday(10)) > 1.5, "{}", active.speed(monday(10)));
        assert!(active.speed(monday(3)) < 0.7 && active.speed(monday(6 * 24 + 3)) < 0.7);
        // A quiet Saturday is told from a busy week, but its mornings are more likely than its nights.
        assert!(active.speed(monday(5 * 24 + 10)) < active.speed(monday(10)));
        assert!(active.lasting(monday(10), 7200.0) < 5_000.0);
        assert!(active.lasting(monday(1), 7200.0) > 10_000.0);
    }

    #[test]
    fn both_directions_agree() {
        let active = office().activity().unwrap();
        for (from, wanted) in [(0, 600.0), (7, 9_000.0), (23, 86_400.0)] {
            let from = monday(from) + TimeDelta::seconds(1234);
            let lasting = active.lasting(from, wanted);
            #[expect(clippy::cast_possible_truncation, reason = "some days")]
            let to = from + TimeDelta::milliseconds((lasting * 1000.0) as i64);
            assert!((active.between(from, to, TimeDelta::days(9)) - wanted).abs() < 1.0);
        }
        assert!(active.between(monday(0), monday(0) + TimeDelta::days(999), TimeDelta::days(7)) < 1.2 * 604_800.0);
        assert!(active.between(monday(5), monday(1), TimeDelta::days(7)).abs() < 0.1, "a clock that was set back");
    }

    #[test]
    fn few_sightings_say_nothing_and_old_ones_fade() {
        let mut hours = Hours::default();
        assert!(hours.is_empty() && hours.activity().is_none());
        for _ in 0..11 {
            hours.note(monday(9));
        }
        assert!(hours.activity().is_none());
        for _ in 0..1000 {
            hours.note(monday(9));
        }
        assert!(hours.0.iter().all(|count| *count < MOST));
    }

    #[test]
    fn kept_as_a_line() {
        let line = String::from(office());
        assert_eq!(line.len(), WEEK);
        assert_eq!(Hours::from(line), office());
        assert_eq!(String::from(Hours::default()), "");
        for bad in ["1", "-", &"Ω".repeat(168)] {
            assert!(Hours::from(bad.to_owned()).is_empty(), "{bad}");
        }
    }
}
