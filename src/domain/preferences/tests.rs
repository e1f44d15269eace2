//! Tables and laws of preferences.

use proptest::prelude::*;

use super::*;

/// 2026-11-22T12:00:00Z, a Sunday.
const NOON: i64 = 1_795_348_800_000;
const HOUR: i64 = 3_600_000;

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn quiet(from: &str, to: &str, zone: &str) -> Quiet {
    Quiet::parse(&Hours { from: from.into(), to: to.into(), zone: zone.into() }).unwrap()
}

fn defaults(change: impl FnOnce(&mut AccountDefaults)) -> AccountDefaults {
    let mut defaults = AccountDefaults::default();
    change(&mut defaults);
    defaults
}

fn chosen(change: impl FnOnce(&mut Choices)) -> Preferences {
    let mut wanted = Choices::default();
    change(&mut wanted);
    Preferences::wanting(&wanted, &AccountDefaults::default()).unwrap()
}

#[test]
fn without_a_choice_everything_arrives_everywhere() {
    for kind in Kind::ALL {
        let found = channels(*kind, false, &Preferences::default(), &AccountDefaults::default(), NOON);
        let all = Channels { popup: true, sound: true, email: Email::Now, may_unsubscribe: true };
        assert_eq!(found, all, "{kind:?}");
    }
}

#[test]
fn switches_of_the_reader() {
    let system_off = |choices: &mut Choices| {
        choices.matrix.insert(Kind::System, Cells { popup: false, email: false });
    };
    let never = || AccountDefaults::default();
    for (name, preferences, kind, popup, email) in [
        (
            "all mail off",
            chosen(|c| c.email = false),
            Kind::Task,
            true,
            Email::Suppressed(Suppressed::SwitchedOff),
        ),
        ("kind off", chosen(system_off), Kind::System, false, Email::Suppressed(Suppressed::KindOff)),
        ("another kind", chosen(system_off), Kind::OneTime, true, Email::Now),
        ("hold", chosen(|c| c.hold_seconds = 90), Kind::OneTime, true, Email::Hold(90)),
        ("digest", chosen(|c| c.digest = Digest::Daily), Kind::System, true, Email::Digest),
        (
            "a reminder waits for no digest",
            chosen(|c| c.digest = Digest::Daily),
            Kind::Task,
            true,
            Email::Now,
        ),
    ] {
        let found = channels(kind, false, &preferences, &never(), NOON);
        assert_eq!((found.popup, found.email), (popup, email), "{name}");
        assert!(found.sound && found.may_unsubscribe, "{name}");
    }
}

#[test]
fn quiet_hours_hold_back_all_but_what_is_urgent() {
    // 12:00 in London; quiet until 14:00, half past which no hold of a minute reaches.
    let preferences = chosen(|c| {
        c.quiet = Some(quiet("11:00", "14:00", "Europe/London"));
        c.hold_seconds = 60;
    });
    for (kind, mandatory, popup, email) in [
        (Kind::System, false, false, Email::Hold(7_200)),
        (Kind::Announcement, false, false, Email::Hold(7_200)),
        (Kind::Announcement, true, true, Email::Hold(60)),
        (Kind::Task, false, true, Email::Hold(60)),
    ] {
        let found = channels(kind, mandatory, &preferences, &AccountDefaults::default(), NOON);
        assert_eq!((found.popup, found.email), (popup, email), "{kind:?} {mandatory}");
        assert!(!found.sound, "never a sound in quiet hours: {kind:?} {mandatory}");
    }
    let after = channels(Kind::System, false, &preferences, &AccountDefaults::default(), NOON + 2 * HOUR);
    assert_eq!((after.popup, after.sound, after.email), (true, true, Email::Hold(60)));
    // What the reader switched off stays off, also when it is urgent; only a mandatory one stands all the same.
    let off = chosen(|c| {
        c.matrix.extend(Kind::ALL.iter().map(|kind| (*kind, Cells { popup: false, email: true })));
    });
    for (kind, mandatory, popup) in
        [(Kind::Task, false, false), (Kind::Announcement, false, false), (Kind::Announcement, true, true)]
    {
        assert_eq!(channels(kind, mandatory, &off, &AccountDefaults::default(), NOON).popup, popup);
    }
}

#[test]
fn a_locked_cell_is_the_accounts() {
    let lock = |email: bool| {
        defaults(|d| {
            d.choices.matrix.insert(Kind::System, Cells { popup: true, email });
            d.locked.insert(Kind::System, [Switch::Email].into());
        })
    };
    let against = chosen(|c| {
        c.email = false;
        c.matrix.insert(Kind::System, Cells { popup: false, email: false });
    });
    let found = channels(Kind::System, false, &against, &lock(true), NOON);
    assert_eq!(found, Channels { popup: false, sound: true, email: Email::Now, may_unsubscribe: false });
    // The lock holds its cell alone.
    let other = channels(Kind::OneTime, false, &against, &lock(true), NOON);
    assert_eq!(other.email, Email::Suppressed(Suppressed::SwitchedOff));
    let off = channels(Kind::System, false, &Preferences::default(), &lock(false), NOON);
    assert_eq!(off.email, Email::Suppressed(Suppressed::KindOff));
    let mut wanted = Preferences::default().choices(&lock(true));
    wanted.matrix.insert(Kind::System, Cells { popup: false, email: false });
    wanted.popup_seconds = 61;
    wanted.hold_seconds = -1;
    let Err(Error::Invalid(faults)) = Preferences::wanting(&wanted, &lock(true)) else { panic!() };
    let named: Vec<_> = faults.iter().map(|fault| (fault.field.as_ref(), fault.fault.clone())).collect();
    assert_eq!(
        named,
        [
            ("popup_seconds", Fault::NotBetween(5, 60)),
            ("hold_seconds", Fault::NotBetween(0, 86_400)),
            ("matrix.system.email", Fault::Locked),
        ]
    );
}

#[test]
fn what_was_not_chosen_follows_the_account() {
    let mut wanted = Choices { digest: Digest::Hourly, ..Choices::default() };
    wanted.quiet = None;
    let before = defaults(|d| d.choices.quiet = Some(quiet("22:00", "07:00", "UTC")));
    let preferences = Preferences::wanting(&wanted, &before).unwrap();
    let after = defaults(|d| {
        d.choices.quiet = Some(quiet("20:00", "07:00", "UTC"));
        d.choices.email = false;
        d.choices.digest = Digest::Daily;
        d.choices.popup_seconds = 20;
    });
    let found = preferences.choices(&after);
    assert_eq!(found.quiet, None, "to have no quiet hours was a choice");
    assert_eq!((found.email, found.digest, found.popup_seconds), (false, Digest::Hourly, 20));
    // And it survives being kept.
    let kept = serde_json::to_string(&preferences).unwrap();
    assert_eq!(kept, r#"{"quiet":"none","digest":"hourly"}"#);
    assert_eq!(serde_json::from_str::<Preferences>(&kept).unwrap(), preferences);
    let kept =
        serde_json::to_string(&chosen(|c| c.quiet = Some(quiet("22:00", "07:30", "Asia/Tokyo")))).unwrap();
    assert_eq!(kept, r#"{"quiet":{"hours":{"from":"22:00","to":"07:30","zone":"Asia/Tokyo"}}}"#);
}

#[test]
fn quiet_hours_end_when_the_clock_on_the_wall_says_so() {
    for (from, to, zone, now, until) in [
        // Within a day.
        ("13:00", "14:30", "Europe/Madrid", "2026-11-22T12:00:00Z", Some("2026-11-22T13:30:00Z")),
        ("13:00", "14:30", "Europe/Madrid", "2026-11-22T13:30:00Z", None),
        ("13:00", "14:30", "Europe/Madrid", "2026-11-22T11:59:59.999Z", None),
        // Over midnight, before and after it.
        ("22:00", "08:00", "Europe/Moscow", "2026-11-22T19:00:00Z", Some("2026-11-23T05:00:00Z")),
        ("22:00", "08:00", "Europe/Moscow", "2026-11-23T04:59:00Z", Some("2026-11-23T05:00:00Z")),
        ("22:00", "08:00", "Europe/Moscow", "2026-11-23T05:00:00Z", None),
        // The nights when the clocks go: 7 and 9 hours from 23:00 to 07:00.
        ("23:00", "07:00", "Europe/Madrid", "2026-03-28T22:00:00Z", Some("2026-03-29T05:00:00Z")),
        ("23:00", "07:00", "Europe/Madrid", "2026-10-24T21:00:00Z", Some("2026-10-25T06:00:00Z")),
        // An end that is skipped (02:30 on 29 March) comes with the skipping, at 01:00 UTC.
        ("23:00", "02:30", "Europe/Madrid", "2026-03-29T00:30:00Z", Some("2026-03-29T01:00:00Z")),
        ("23:00", "02:30", "Europe/Madrid", "2026-03-29T01:00:00Z", None),
        // A begin that is skipped as well.
        ("02:30", "05:00", "Europe/Madrid", "2026-03-29T01:00:00Z", Some("2026-03-29T03:00:00Z")),
        // An end that comes twice (02:30 on 25 October: 00:30 and 01:30 UTC) is the second.
        ("23:00", "02:30", "Europe/Madrid", "2026-10-25T00:45:00Z", Some("2026-10-25T01:30:00Z")),
        // A begin that comes twice is the first.
        ("02:30", "05:00", "Europe/Madrid", "2026-10-25T00:30:00Z", Some("2026-10-25T04:00:00Z")),
        // A zone 45 minutes off.
        ("12:00", "13:00", "Asia/Kathmandu", "2026-11-22T06:15:00Z", Some("2026-11-22T07:15:00Z")),
    ] {
        let found = quiet(from, to, zone).until(at(now));
        assert_eq!(found, until.map(at), "{from}–{to} {zone} at {now}");
    }
}

#[test]
fn quiet_hours_are_two_times_and_a_zone() {
    for (from, to, zone, fields) in [
        ("22:00", "22:00", "UTC", vec!["quiet.to"]),
        ("24:00", "8:00", "Mars/Base", vec!["quiet.from", "quiet.to", "quiet.zone"]),
        ("+1:00", "08:60", "UTC", vec!["quiet.from", "quiet.to"]),
        ("", "0800", "UTC", vec!["quiet.from", "quiet.to"]),
    ] {
        let Err(Error::Invalid(faults)) =
            Quiet::parse(&Hours { from: from.into(), to: to.into(), zone: zone.into() })
        else {
            panic!("{from}–{to} {zone}")
        };
        assert_eq!(faults.iter().map(|f| f.field.as_ref()).collect::<Vec<_>>(), fields);
    }
}

#[test]
fn digests_go_out_by_the_readers_clock() {
    for (digest, zone, now, next) in [
        (Digest::Off, "UTC", "2026-11-22T12:00:00Z", None),
        (Digest::Hourly, "UTC", "2026-11-22T12:00:00Z", Some("2026-11-22T13:00:00Z")),
        (Digest::Hourly, "UTC", "2026-11-22T12:59:59.999Z", Some("2026-11-22T13:00:00Z")),
        (Digest::Hourly, "Asia/Kolkata", "2026-11-22T12:10:00Z", Some("2026-11-22T12:30:00Z")),
        (Digest::Daily, "Europe/Moscow", "2026-11-22T05:59:00Z", Some("2026-11-22T06:00:00Z")),
        (Digest::Daily, "Europe/Moscow", "2026-11-22T06:00:00Z", Some("2026-11-23T06:00:00Z")),
        // 22 November 2026 is a Sunday, the 20th a Friday.
        (Digest::Weekdays, "Europe/Madrid", "2026-11-20T07:59:00Z", Some("2026-11-20T08:00:00Z")),
        (Digest::Weekdays, "Europe/Madrid", "2026-11-20T08:00:00Z", Some("2026-11-23T08:00:00Z")),
        (Digest::Weekdays, "Europe/Madrid", "2026-11-22T12:00:00Z", Some("2026-11-23T08:00:00Z")),
        // Still Friday in Los Angeles, though Saturday in Greenwich.
        (Digest::Weekdays, "America/Los_Angeles", "2026-11-21T03:00:00Z", Some("2026-11-23T17:00:00Z")),
        // Over the nights when the clocks go, 9:00 stays 9:00.
        (Digest::Daily, "Europe/Madrid", "2026-03-28T08:00:00Z", Some("2026-03-29T07:00:00Z")),
        (Digest::Daily, "Europe/Madrid", "2026-10-24T07:00:00Z", Some("2026-10-25T08:00:00Z")),
        (Digest::Weekdays, "Europe/Madrid", "2026-10-23T07:00:00Z", Some("2026-10-26T08:00:00Z")),
        // An hour that the clocks show twice has two full hours.
        (Digest::Hourly, "Europe/Madrid", "2026-10-25T00:10:00Z", Some("2026-10-25T01:00:00Z")),
        (Digest::Daily, "Not/AZone", "2026-11-22T08:00:00Z", Some("2026-11-22T09:00:00Z")),
    ] {
        assert_eq!(digest.next(at(now), zone), next.map(at), "{digest:?} {zone} {now}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// All of a quiet stretch ends at the same moment, and is over at it: whoever looks twice hears the same.
    #[test]
    fn one_stretch_has_one_end(
        from in 0..1_440_i64, to in 0..1_440_i64, hours in 0..24 * 365_i64, minutes in 0..60_i64,
        zone in prop::sample::select(vec!["UTC", "Europe/Madrid", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"]),
    ) {
        prop_assume!(from != to);
        let written = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        let quiet = quiet(&written(from), &written(to), zone);
        let now = NOON + hours * HOUR + minutes * 60_000;
        if let Some(end) = quiet.until(now) {
            prop_assert!(end > now && end - now <= 26 * HOUR);
            prop_assert_eq!(quiet.until(i64::midpoint(now, end)), Some(end));
            prop_assert_eq!(quiet.until(end - 1), Some(end));
            // Where two stretches touch (in the hour that comes twice), the later goes on; else it is over.
            prop_assert!(quiet.until(end).is_none_or(|later| later > end));
        }
    }

    /// A digest's time lies ahead, within four days, and asking again from just before gives the same.
    #[test]
    fn a_digest_goes_out_once_per_time(
        digest in prop::sample::select(vec![Digest::Hourly, Digest::Daily, Digest::Weekdays]),
        minutes in 0..60 * 24 * 365_i64,
        zone in prop::sample::select(vec!["UTC", "Europe/Madrid", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    ) {
        let now = NOON + minutes * 60_000;
        let next = digest.next(now, zone).unwrap();
        prop_assert!(next > now && next - now <= 4 * 24 * HOUR);
        prop_assert_eq!(digest.next(next - 1, zone), Some(next));
        prop_assert!(digest.next(next, zone).unwrap() > next);
    }

    /// What is wanted is what holds, whatever the account's defaults are.
    #[test]
    fn what_is_wanted_holds(
        mine in any::<[bool; 11]>(), accounts in any::<[bool; 11]>(), seconds in 5..60_i64, hold in 0..86_400_i64,
    ) {
        let made = |bits: [bool; 11]| Choices {
            email: bits[0],
            matrix: Kind::ALL.iter().zip(bits[1..].chunks(2)).map(|(kind, pair)| (*kind, Cells { popup: pair[0], email: pair[1] })).collect(),
            ..Choices::default()
        };
        let wanted = Choices { popup_seconds: seconds, hold_seconds: hold, ..made(mine) };
        let defaults = AccountDefaults { choices: made(accounts), ..AccountDefaults::default() };
        let kept = Preferences::wanting(&wanted, &defaults).unwrap();
        prop_assert_eq!(kept.choices(&defaults), wanted);
    }
}
