//! What the program says about itself: log lines and metrics.
//!
//! Neither ever holds the text of a message, a token or a person's address: a log travels further
//! than the data it is about. Tracing over the network is deliberately absent; the metrics are
//! values that somebody owns, not globals, so that tests run many servers in one process.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use tracing_subscriber::EnvFilter;

/// The log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is not understood.
    #[error("log: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody has set up a log in this process before.
    #[error("log: {0}")]
    AlreadySet(Box<dyn std::error::Error + Send + Sync>),
}

/// Sends the log lines that pass `filter` to the standard error stream, a line of text each, for the
/// whole process. `filter` is a list of `tracing` directives: `info,bellwire::store=debug`.
///
/// # Errors
/// When the filter cannot be read, or when the process has a log already.
pub fn start_text_log(filter: &str) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(filter)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for a terminal; in a file or a journal they are litter.
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    log.with_ansi(is_terminal).try_init().map_err(LogError::AlreadySet)
}

/// As [`start_text_log`], with a JSON object per line.
///
/// # Errors
/// When the filter cannot be read, or when the process has a log already.
pub fn start_json_log(filter: &str) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(filter)?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let log = log.json().flatten_event(true).with_current_span(false);
    log.try_init().map_err(LogError::AlreadySet)
}

/// The labels of one kind of answer. The route is the pattern (`/v1/inbox/{id}`), never the path, so
/// that the number of series stays small and no id leaks.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AnswerLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LetterLabels {
    outcome: String,
}

type FloatGauge = Gauge<f64, AtomicU64>;

/// Every metric of one server. Counters only grow; gauges show the present; durations are seconds.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<AnswerLabels, Counter>,
    request_duration: Family<RouteLabels, Histogram, fn() -> Histogram>,
    /// Events accepted (stored, and answered with success).
    pub events_accepted: Counter,
    /// Inbox items written, one per recipient.
    pub inbox_items: Counter,
    pub reminders_fired: Counter,
    /// Of those, how many came after the next mark had passed.
    pub reminders_late: Counter,
    /// Streams open now.
    pub stream_connections: Gauge,
    /// Frames handed to connections.
    pub frames_sent: Counter,
    /// Connections closed because they did not keep up.
    pub slow_consumers: Counter,
    pub node_hints_said: Counter,
    pub node_hints_heard: Counter,
    /// Closures that wait for the writer of the store.
    pub store_queue: Gauge,
    /// Seconds from the start of a group's transaction to its commit.
    pub commit_duration: Histogram,
    /// Closures committed together.
    pub group_size: Histogram,
    /// Work that is due and not yet done.
    pub work_backlog: Gauge,
    /// Seconds that the oldest due work has waited.
    pub work_lag: FloatGauge,
    /// Sign-ins refused for a wrong address, password or link.
    pub sign_in_failures: Counter,
    letters: Family<LetterLabels, Counter>,
    backups: Family<LetterLabels, Counter>,
    /// When the last good backup was begun, Unix seconds; 0: none since the start.
    pub last_backup: Gauge,
    backup_duration: FloatGauge,
    /// Letters given up, by hand or in the end; those that wait, and those that no relay is there for.
    pub letters_waiting: Gauge,
    pub letters_dead: Gauge,
    /// Work given up.
    pub work_dead: Gauge,
    /// Rows that retention took.
    pub rows_retired: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All metrics at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("bellwire"),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(|| seconds_from(0.000_5, 14)),
            events_accepted: Counter::default(),
            inbox_items: Counter::default(),
            reminders_fired: Counter::default(),
            reminders_late: Counter::default(),
            stream_connections: Gauge::default(),
            frames_sent: Counter::default(),
            slow_consumers: Counter::default(),
            node_hints_said: Counter::default(),
            node_hints_heard: Counter::default(),
            store_queue: Gauge::default(),
            commit_duration: seconds_from(0.000_1, 15),
            group_size: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            work_backlog: Gauge::default(),
            work_lag: FloatGauge::default(),
            sign_in_failures: Counter::default(),
            letters: Family::default(),
            backups: Family::default(),
            last_backup: Gauge::default(),
            backup_duration: FloatGauge::default(),
            letters_waiting: Gauge::default(),
            letters_dead: Gauge::default(),
            work_dead: Gauge::default(),
            rows_retired: Counter::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let Self { registry, .. } = self;
        let mut plain = |name, help, metric: &dyn Register| metric.register(registry, name, help);
        plain("http_requests", "Requests answered", &self.requests);
        plain("events_accepted", "Events accepted", &self.events_accepted);
        plain("inbox_items_written", "Inbox items written", &self.inbox_items);
        plain("reminders_fired", "Reminders of tasks fired", &self.reminders_fired);
        plain("reminders_late", "Reminders fired after the next mark", &self.reminders_late);
        plain("stream_connections", "Streams open now", &self.stream_connections);
        plain("stream_frames_sent", "Frames handed to connections", &self.frames_sent);
        plain("stream_slow_consumers", "Connections closed as too slow", &self.slow_consumers);
        plain("node_hints_said", "Commits that other nodes were told of", &self.node_hints_said);
        plain("node_hints_heard", "Commits that other nodes told of", &self.node_hints_heard);
        plain("store_queue_depth", "Closures waiting for the writer", &self.store_queue);
        plain("store_group_size", "Closures committed together", &self.group_size);
        plain("work_backlog", "Work due and not done", &self.work_backlog);
        plain("sign_in_failures", "Sign-ins refused", &self.sign_in_failures);
        plain("letters", "Letters handed to relays, by what became of them", &self.letters);
        plain("backups", "Backups made by the clock, by what became of them", &self.backups);
        plain("letters_waiting", "Letters on their way, or waiting for a relay", &self.letters_waiting);
        plain("letters_dead", "Letters given up", &self.letters_dead);
        plain("work_dead", "Work given up", &self.work_dead);
        plain("rows_retired", "Rows whose time was over", &self.rows_retired);
        let mut timed = |name, help, metric: &dyn Register| metric.register_seconds(registry, name, help);
        timed("http_request_duration", "Time to answer a request", &self.request_duration);
        timed("store_commit_duration", "Time from begin to commit", &self.commit_duration);
        timed("last_backup", "When the last good backup was begun, Unix time", &self.last_backup);
        timed("backup_duration", "How long the last backup took", &self.backup_duration);
        timed("work_lag", "How long the oldest due work has waited", &self.work_lag);
    }

    /// Counts one answer. `route` is the pattern that matched, `seconds` the time to the answer's
    /// head (a stream's body can take a day).
    pub fn count_request(&self, method: &str, route: &str, status: u16, seconds: f64) {
        let labels = AnswerLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        let labels = RouteLabels { route: route.to_owned() };
        self.request_duration.get_or_create(&labels).observe(seconds);
    }

    /// Counts a letter by what became of it; one that is tried again is counted each time.
    pub fn count_letter(&self, outcome: &str) {
        self.letters.get_or_create(&LetterLabels { outcome: outcome.to_owned() }).inc();
    }

    /// Counts a backup.
    pub fn count_backup(&self, good: bool, at_ms: i64, took_ms: i64) {
        let outcome = if good { "good" } else { "failed" };
        self.backups.get_or_create(&LetterLabels { outcome: outcome.to_owned() }).inc();
        self.backup_duration.set(took_ms as f64 / 1000.0);
        if good {
            self.last_backup.set(at_ms / 1000);
        }
    }

    /// All values in the OpenMetrics text format (`application/openmetrics-text; version=1.0.0`).
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Registers any metric type in a registry, which is generic and so cannot be called by table.
trait Register {
    fn register(&self, registry: &mut Registry, name: &str, help: &str);
    fn register_seconds(&self, registry: &mut Registry, name: &str, help: &str);
}

impl<M: prometheus_client::registry::Metric + Clone> Register for M {
    fn register(&self, registry: &mut Registry, name: &str, help: &str) {
        registry.register(name, help, self.clone());
    }

    fn register_seconds(&self, registry: &mut Registry, name: &str, help: &str) {
        registry.register_with_unit(name, help, Unit::Seconds, self.clone());
    }
}

/// Doubling buckets: `count` of them, the first ending at `first` seconds.
fn seconds_from(first: f64, count: u16) -> Histogram {
    Histogram::new(exponential_buckets(first, 2.0, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A panel that asks for a metric that nobody has shows nothing, which looks like peace.
    #[test]
    fn every_metric_of_the_dashboard_exists() {
        let metrics = Metrics::new();
        metrics.count_request("GET", "/x", 200, 0.1);
        metrics.count_letter("sent");
        metrics.count_backup(true, 1_000, 10);
        let text = metrics.encode();
        let known: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        let dashboard = include_str!("../packaging/grafana/bellwire.json");
        let asked: Vec<&str> = dashboard
            .split(|c: char| !c.is_ascii_lowercase() && c != '_')
            .filter(|word| word.starts_with("bellwire_"))
            .collect();
        assert!(asked.len() > 20);
        for name in asked {
            let bare = ["_total", "_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            assert!(
                known.contains(&name) || bare.is_some_and(|bare| known.contains(&bare)),
                "{name} of {known:?}"
            );
        }
        for name in known {
            assert!(dashboard.contains(name), "{name} is in no panel");
        }
    }

    #[test]
    fn metrics_carry_the_prefix_the_unit_and_what_was_counted() {
        let metrics = Metrics::new();
        metrics.count_request("GET", "/v1/inbox/{id}", 200, 0.002);
        metrics.stream_connections.set(3);
        metrics.events_accepted.inc();
        metrics.commit_duration.observe(0.000_3);
        metrics.work_lag.set(1.5);
        let text = metrics.encode();
        for line in [
            r#"bellwire_http_requests_total{method="GET",route="/v1/inbox/{id}",status="200"} 1"#,
            r#"bellwire_http_request_duration_seconds_count{route="/v1/inbox/{id}"} 1"#,
            "bellwire_stream_connections 3",
            "bellwire_events_accepted_total 1",
            "bellwire_store_commit_duration_seconds_count 1",
            "bellwire_work_lag_seconds 1.5",
            "# UNIT bellwire_store_commit_duration_seconds seconds",
        ] {
            assert!(text.contains(line), "{line} is missing from\n{text}");
        }
        assert!(text.lines().all(|line| line.starts_with('#') || line.starts_with("bellwire_")));
    }

    #[test]
    fn two_servers_in_one_process_count_apart() {
        let (one, two) = (Metrics::new(), Metrics::new());
        one.frames_sent.inc_by(5);
        assert_eq!((one.frames_sent.get(), two.frames_sent.get()), (5, 0));
    }

    #[test]
    fn a_filter_that_makes_no_sense_is_refused() {
        let error = start_text_log("info,=[").unwrap_err();
        assert!(error.to_string().starts_with("log: "), "{error}");
    }
}
