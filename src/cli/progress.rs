//! How far a run has come, on stderr, only when that is a terminal.

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::Observer;

/// A bar that moves with the bytes of the mailing.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows nothing before the first letters are done.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()); // Hidden when no terminal.
        let template = "{bar:30} {percent:>3} %  {msg} letters  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Takes it off the screen.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn note(&self, text: &str) {
        self.bar.suspend(|| super::say(&format!("note: {text}")));
    }

    fn progress(&self, letters: u64, bytes: u64, bytes_total: u64) {
        self.bar.set_length(bytes_total);
        self.bar.set_position(bytes);
        self.bar.set_message(HumanCount(letters).to_string());
    }
}
