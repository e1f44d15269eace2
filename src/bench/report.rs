//! What was measured, as a table for people and as JSON for programs.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

/// What a figure was measured on.
#[derive(Debug, Serialize)]
pub struct Machine {
    pub cores: usize,
    pub kernel: String,
    pub cpu: String,
    /// Load average of the last minute when the bench began: above 0.5 others were at work.
    pub load: f64,
    pub sync_p50_ms: f64,
    pub sync_p99_ms: f64,
}

/// One measured value.
#[derive(Debug, Serialize)]
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    /// The raw limit measured in the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<f64>,
    /// What that limit is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_is: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
}

impl Figure {
    #[must_use]
    pub fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, value, unit, raw: None, raw_is: None, goal: None }
    }

    /// Puts the raw limit beside it.
    #[must_use]
    pub fn beside(self, raw_is: &'static str, raw: f64) -> Self {
        Self { raw: Some(raw), raw_is: Some(raw_is), ..self }
    }

    #[must_use]
    pub fn goal(self, goal: impl Into<String>) -> Self {
        Self { goal: Some(goal.into()), ..self }
    }
}

#[derive(Debug, Serialize)]
pub struct Measured {
    pub row: &'static str,
    pub is: String,
    pub figures: Vec<Figure>,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub version: &'static str,
    /// Whether the program was built with optimisation.
    pub build: &'static str,
    pub engine: &'static str,
    pub command: String,
    pub machine: Machine,
    pub rows: Vec<Measured>,
}

impl Report {
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    #[must_use]
    pub fn table(&self) -> String {
        let Machine { cores, kernel, cpu, load, sync_p50_ms, sync_p99_ms } = &self.machine;
        let mut text = format!(
            "Bellwire {} ({} build) on {}, {cores} cores, Linux {kernel}, {cpu}\n\
             load before {load:.2}; a sync of 512 B takes {sync_p50_ms:.2} ms (p50), {sync_p99_ms:.2} ms (p99)\n{}\n",
            self.version, self.build, self.engine, self.command
        );
        let columns = ["", "measured", "raw limit", "x raw", "goal"].map(str::to_owned);
        for row in &self.rows {
            let mut lines = vec![columns.clone()];
            lines.extend(row.figures.iter().map(cells));
            let width = |column: usize| lines.iter().map(|l| l[column].chars().count()).max().unwrap_or(0);
            let widths = [0, 1, 2, 3].map(width);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\n{}: {}", row.row, row.is);
            for [name, value, raw, ratio, goal] in lines {
                let line = format!(
                    "  {name:<w0$}  {value:>w1$}  {raw:<w2$}  {ratio:>w3$}  {goal}",
                    w0 = widths[0],
                    w1 = widths[1],
                    w2 = widths[2],
                    w3 = widths[3]
                );
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        text
    }
}

fn cells(figure: &Figure) -> [String; 5] {
    let raw = figure.raw.zip(figure.raw_is);
    let ratio = figure.raw.filter(|raw| *raw > 0.0).map(|raw| format!("{:.2}", figure.value / raw));
    [
        figure.name.to_owned(),
        format!("{} {}", number(figure.value), figure.unit).trim_end().to_owned(),
        raw.map(|(raw, is)| format!("{} {is}", number(raw))).unwrap_or_default(),
        ratio.unwrap_or_default(),
        figure.goal.clone().unwrap_or_default(),
    ]
}

/// Three digits that count, more of large numbers.
fn number(value: f64) -> String {
    match value.abs() {
        size if size == 0.0 || size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// The value below which this part of them lies; 0 of none.
#[must_use]
pub fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let place = (values.len() as f64 * part).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(&mut values.into_iter().collect::<Vec<_>>(), 0.5)
}

#[must_use]
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let of = |values: &[f64], part| percentile(&mut values.to_vec(), part) as i64;
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!([of(&values, 0.5), of(&values, 0.99), of(&[], 0.5)], [3, 5, 0]);
    }

    #[test]
    fn numbers_have_three_digits_that_count() {
        let shown = [0.0, 0.0123, 0.5, 12.345, 123.4, 15_000.0].map(number);
        assert_eq!(shown, ["0", "0.012", "0.50", "12.3", "123", "15000"]);
    }
}
