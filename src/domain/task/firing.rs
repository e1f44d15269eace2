//! What a mark fires: which reminders, how late, to whom next, and what is planned of each.
//!
//! The documents here are stored as JSON, with their event and their notification.

use serde::{Deserialize, Serialize};

use super::Escalation;
use super::mark::{self, MARK_MS};
use crate::domain::id::{NotificationId, TaskId, UserId};
use crate::domain::kind::{Kind, Severity};
use crate::domain::plan::{Content, Planned};
use crate::domain::record::{RecordId, RecordType};

/// What a reminder tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    pub task: TaskId,
    /// Which due time of the task it is of; a moved, finished or reassigned task has another.
    pub generation: i64,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    pub due_at: i64,
    /// What the clocks of `zone` show then.
    pub due_local: String,
    pub zone: String,
    /// The mark to which it belongs.
    pub mark: i64,
    /// It fired after the next mark had passed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Which repetition it is: 0 is the first time.
    #[serde(default)]
    pub step: i64,
    /// The name of the group whose task it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

/// The order or customer that a task is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    #[serde(rename = "type")]
    pub record_type: RecordType,
    pub id: RecordId,
    pub number: i64,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Where it is shown; known once the reminder is routed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Reminders that one mark fired, at most [`super::MOST_AT_ONCE`] of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemindersDue {
    /// They are so late that each person hears of all his in one.
    #[serde(default)]
    pub gathered: bool,
    pub tasks: Vec<Fired>,
    /// Whom they are for: resolved when they fired.
    pub audiences: Vec<Vec<UserId>>,
}

/// One reminder that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    pub notification: NotificationId,
    pub reminder: Reminder,
    /// The place of its audience among those of the event.
    pub audience: usize,
}

/// A fired reminder, and those of its audience that one step of the router serves.
pub type Part<'a> = (&'a Fired, &'a [UserId]);

impl RemindersDue {
    /// How many reminders of persons there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.tasks.iter().map(|fired| self.audience(fired).len()).sum()
    }

    /// Everybody whom this reminder is for.
    #[must_use]
    pub fn audience(&self, fired: &Fired) -> &[UserId] {
        self.audiences.get(fired.audience).map_or(&[], Vec::as_slice)
    }

    /// The reminders of persons from the `from`-th on, at most `most`.
    #[must_use]
    pub fn part(&self, from: usize, most: usize) -> Vec<Part<'_>> {
        let (mut skip, mut left, mut parts) = (from, most, Vec::new());
        for fired in &self.tasks {
            let audience = self.audience(fired);
            let begin = skip.min(audience.len());
            skip -= begin;
            let end = audience.len().min(begin + left);
            if end > begin {
                parts.push((fired, &audience[begin..end]));
                left -= end - begin;
            }
            if left == 0 {
                break;
            }
        }
        parts
    }
}

/// What a notification of kind `task` says, before it has words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminding {
    Task(Box<Reminder>),
    /// What fell due while nobody could be reminded.
    Missed(Missed),
}

impl Reminding {
    /// The one task that it is about.
    #[must_use]
    pub fn reminder(&self) -> Option<&Reminder> {
        match self {
            Self::Task(reminder) => Some(reminder),
            Self::Missed(_) => None,
        }
    }
}

/// Reminders that come too late to be told one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Missed {
    pub count: i64,
    /// The first of them: text, and when it was due.
    pub listed: Vec<(String, String)>,
}

impl Missed {
    /// How many are named; the rest is counted.
    pub const MOST_LISTED: usize = 8;

    /// This with one more.
    pub fn add(&mut self, reminder: &Reminder) {
        self.count += 1;
        if self.listed.len() < Self::MOST_LISTED {
            self.listed.push((reminder.text.clone(), reminder.due_local.replace('T', " ")));
        }
    }
}

/// How a reminder comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timeliness {
    OnTime,
    /// The next mark has passed.
    Late,
    /// More than a day: told together with the others of that sort.
    Gathered,
}

/// Reminders that are later are gathered, in ms.
pub const GATHERED_AFTER_MS: i64 = 24 * 3_600_000;

#[must_use]
pub fn timeliness(mark: i64, now: i64) -> Timeliness {
    match now - mark {
        late if late > GATHERED_AFTER_MS => Timeliness::Gathered,
        late if late >= MARK_MS => Timeliness::Late,
        _ => Timeliness::OnTime,
    }
}

/// The last repetition: it goes to the head of the group as well.
pub const LAST_STEP: i64 = 3;

/// When a task that is not done is reminded of again: which repetition, and its mark. The performer hears of it three times
/// more, and with the last time the head of the group.
#[must_use]
pub fn again(escalation: Option<Escalation>, step: i64, mark: i64, now: i64) -> Option<(i64, i64)> {
    let after = escalation?.after * 60_000;
    // After an outage the waiting begins anew: nobody is reminded twice in a row.
    (step < LAST_STEP).then(|| (step + 1, mark::ceil(mark.max(mark::floor(now)) + after)))
}

/// Tells one reminder of a task from all others: one copy of each per person.
#[must_use]
pub fn dedup_key(reminder: &Reminder) -> String {
    format!("task:{}:{}:{}", reminder.task, reminder.generation, reminder.mark)
}

/// What is told to these people, who may be some of many.
#[must_use]
pub fn plan(reminder: Reminder, link: String, recipients: Vec<UserId>) -> Planned {
    Planned {
        dedup_key: dedup_key(&reminder),
        merge_key: None,
        notification: Content {
            kind: Kind::Task,
            severity: if reminder.late || reminder.step > 0 { Severity::Warning } else { Severity::Info },
            sticky: true,
            link: Some(link),
            sender: None,
            audience: reminder.group.iter().cloned().collect(),
            texts: Vec::new(),
            expires_at: None,
            told: None,
            reminding: Some(Reminding::Task(Box::new(reminder))),
            rule: None,
        },
        recipients,
        continues: Vec::new(),
    }
}

/// What is told to one person of all that he missed.
#[must_use]
pub fn plan_missed(missed: Missed, link: String) -> Content {
    Content {
        kind: Kind::Task,
        severity: Severity::Warning,
        sticky: true,
        link: Some(link),
        sender: None,
        audience: Vec::new(),
        texts: Vec::new(),
        expires_at: None,
        told: None,
        reminding: Some(Reminding::Missed(missed)),
        rule: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;

    fn reminder(task: usize) -> Reminder {
        Reminder {
            task: TaskId::new(format!("t{task}")),
            generation: 1,
            text: "Call".into(),
            comment: None,
            phone: None,
            due_at: 0,
            due_local: "1970-01-01T00:00".into(),
            zone: "UTC".into(),
            mark: 0,
            late: false,
            step: 0,
            group: None,
            about: None,
        }
    }

    #[test]
    fn a_reminder_is_late_after_the_next_mark_and_gathered_after_a_day() {
        for (late, expected) in [
            (0, Timeliness::OnTime),
            (5 * MINUTE - 1, Timeliness::OnTime),
            (5 * MINUTE, Timeliness::Late),
            (DAY, Timeliness::Late),
            (DAY + 1, Timeliness::Gathered),
        ] {
            assert_eq!(timeliness(1_000 * MINUTE, 1_000 * MINUTE + late), expected, "{late}");
        }
    }

    #[test]
    fn a_task_that_is_not_done_is_reminded_of_three_times_more() {
        let every_ten = Some(Escalation { after: 10 });
        let (mut at, mut step, mut marks) = (0, 0, Vec::new());
        while let Some((next, mark)) = again(every_ten, step, at, at) {
            marks.push((next, mark / MINUTE));
            (step, at) = (next, mark);
        }
        assert_eq!(marks, [(1, 10), (2, 20), (3, 30)]);
        assert_eq!(again(None, 0, 0, 0), None);
        // Seven minutes end at a mark, and an outage is no reason to hurry.
        assert_eq!(again(Some(Escalation { after: 7 }), 0, 0, 1), Some((1, 10 * MINUTE)));
        assert_eq!(again(every_ten, 0, 0, 62 * MINUTE), Some((1, 70 * MINUTE)));
    }

    #[test]
    fn what_comes_late_or_again_warns() {
        for (late, step, severity) in
            [(false, 0, Severity::Info), (true, 0, Severity::Warning), (false, 1, Severity::Warning)]
        {
            let planned = plan(Reminder { late, step, ..reminder(1) }, "/tasks/t1".into(), Vec::new());
            assert_eq!(planned.notification.severity, severity);
            assert!(planned.notification.sticky);
            assert_eq!(planned.dedup_key, "task:t1:1:0");
        }
    }

    proptest! {
        #[test]
        fn parts_serve_everybody_once(sizes in prop::collection::vec(0_usize..6, 0..12), most in 1_usize..5) {
            let audiences: Vec<Vec<UserId>> =
                sizes.iter().map(|size| (0..*size).map(|n| UserId::new(format!("u{n}"))).collect()).collect();
            let fired = |(audience, _)| Fired {
                notification: NotificationId::new(format!("n{audience}")),
                reminder: reminder(audience),
                audience,
            };
            let due = RemindersDue { gathered: false, tasks: sizes.iter().enumerate().map(fired).collect(), audiences };
            let (mut served, mut from) = (Vec::new(), 0);
            while from < due.size() {
                let parts = due.part(from, most);
                let size: usize = parts.iter().map(|(_, people)| people.len()).sum();
                prop_assert!(size > 0 && size <= most);
                for (fired, people) in parts {
                    served.extend(people.iter().map(|user| (fired.audience, user.clone())));
                }
                from += size;
            }
            let all: Vec<(usize, UserId)> = due.tasks.iter()
                .flat_map(|fired| due.audience(fired).iter().map(|user| (fired.audience, user.clone())))
                .collect();
            prop_assert_eq!(served, all);
        }
    }
}
