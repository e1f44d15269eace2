//! The words of reminders: what is to be done, when, for whom. Everything that somebody typed is escaped: text is never
//! markup.

use jiff::civil::DateTime;

use super::texts::Texts;
use super::told::{day, escape};
use crate::domain::language::Language;
use crate::domain::plan::Text;
use crate::domain::task::due::{Due, parse_local};
use crate::domain::task::firing::{Missed, Reminder, Reminding};

/// Title and body, as HTML of the allow-list.
#[must_use]
pub fn render(texts: &Texts, reminding: &Reminding, language: Language) -> Text {
    let (title, lines) = match reminding {
        Reminding::Task(reminder) => (escape(&reminder.text), task(texts, reminder, language)),
        Reminding::Missed(missed) => (
            escape(&texts.say(language, "told.task_missed", &[("count", missed.count.to_string())])),
            self::missed(texts, missed, language),
        ),
    };
    Text { language: language.code().to_owned(), title, body: lines.join("<br>") }
}

fn task(texts: &Texts, reminder: &Reminder, language: Language) -> Vec<String> {
    let say = |key: &str, name: &str, value: String| escape(&texts.say(language, key, &[(name, value)]));
    let when = when(reminder, language);
    let key = if reminder.late { "told.task_late" } else { "told.task_due" };
    let mut lines = vec![say(key, "when", when)];
    lines.extend(reminder.group.clone().map(|group| say("told.task_for", "group", group)));
    if reminder.step > 0 {
        lines.push(say("told.task_again", "number", (reminder.step + 1).to_string()));
    }
    lines.extend(reminder.comment.as_ref().map(|comment| escape(comment).replace('\n', "<br>")));
    lines.extend(reminder.phone.as_ref().map(|phone| escape(phone)));
    lines
}

/// The time of day; with the day where it is another than that of the reminder.
fn when(reminder: &Reminder, language: Language) -> String {
    let Some(due) = parse_local(&reminder.due_local) else { return reminder.due_local.clone() };
    let told: Option<DateTime> = Due::instant(reminder.mark, &reminder.zone).map(|mark| mark.local);
    let time = due.strftime("%H:%M");
    if told.is_some_and(|told| told.date() == due.date()) {
        time.to_string()
    } else {
        format!("{} {time}", day(due.date(), language))
    }
}

fn missed(texts: &Texts, missed: &Missed, language: Language) -> Vec<String> {
    let line = |(text, due): &(String, String)| format!("{} · {}", escape(text), escape(due));
    let mut lines: Vec<String> = missed.listed.iter().map(line).collect();
    let more = missed.count - missed.listed.len() as i64;
    if more > 0 {
        lines.push(escape(&texts.say(language, "told.more", &[("count", more.to_string())])));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::TaskId;

    fn reminder() -> Reminder {
        Reminder {
            task: TaskId::new("t".into()),
            generation: 1,
            text: "Call <Kim>".into(),
            comment: None,
            phone: None,
            due_at: 1_772_359_320_000,
            due_local: "2026-03-01T10:02".into(),
            zone: "UTC".into(),
            mark: 1_772_359_200_000,
            late: false,
            step: 0,
            group: None,
            about: None,
        }
    }

    fn said(reminding: &Reminding, language: Language) -> (String, String) {
        let text = render(&Texts::load().unwrap(), reminding, language);
        (text.title, text.body)
    }

    #[test]
    fn a_reminder_says_what_when_and_for_whom() {
        let plain = Reminding::Task(Box::new(reminder()));
        assert_eq!(said(&plain, Language::En), ("Call &lt;Kim&gt;".into(), "Due 10:02".into()));
        let full = Reminder {
            group: Some("A & B".into()),
            comment: Some("1\n<b>2</b>".into()),
            phone: Some("+7 900".into()),
            step: 2,
            late: true,
            mark: 1_772_300_000_000,
            ..reminder()
        };
        let (_, body) = said(&Reminding::Task(Box::new(full)), Language::En);
        assert_eq!(
            body,
            "Due 1 Mar 2026 10:02, told late<br>For A &amp; B<br>Reminder 3 of this task<br>\
             1<br>&lt;b&gt;2&lt;/b&gt;<br>+7 900"
        );
    }

    #[test]
    fn what_was_missed_is_counted_and_the_first_are_named() {
        let mut missed = Missed::default();
        for _ in 0..10 {
            missed.add(&reminder());
        }
        let (title, body) = said(&Reminding::Missed(missed), Language::En);
        assert!(title.starts_with("10 "), "{title}");
        assert_eq!(body.split("<br>").count(), Missed::MOST_LISTED + 1);
        assert!(body.starts_with("Call &lt;Kim&gt; · 2026-03-01 10:02<br>"), "{body}");
    }
}
