//! The five kinds of notification and the four severities.

/// A closed set of names, spelled alike in the database, the API and the code.
macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$vdoc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $type { $($(#[$vdoc])* #[serde(rename = $name)] $variant,)* }

        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The names, for the message about a wrong one.
            pub const CHOICES: &'static str = names!(@join $($name,)*);

            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
    (@join $first:literal, $($rest:literal,)*) => { concat!($first $(, ", ", $rest)*) };
}
pub(crate) use names;

names! {
    /// What raised a notification (product: the five kinds).
    Kind {
        /// A task's reminder fell due.
        Task = "task",
        /// Somebody wrote to groups or users.
        OneTime = "one_time",
        /// A record was created or changed.
        System = "system",
        /// A trigger or marketing rule, through a template.
        Custom = "custom",
        /// The operator or Bellwire itself.
        Announcement = "announcement",
    }
}

names! {
    /// How loud a notification is; always shown with an icon or a word as well as the colour.
    Severity {
        Info = "info",
        Success = "success",
        Warning = "warning",
        Error = "error",
    }
}
