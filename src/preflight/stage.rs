//! Where a PDF of others is worked on: apart, so that nothing it does to the libraries that read it reaches us.
//!
//! Those libraries are pure Rust (only the JPEG decoder holds `unsafe`, for vector instructions), so the worst that a
//! file should do is make them panic, use up the stack, or not end. A panic makes the file damaged ([`guarded`]); [`apart`] gives a thread a stack for the deepest
//! nesting that they allow themselves; [`Budget`] counts what is drawn and unwinds when it is too much. Time is never
//! measured: a verdict depends on the file alone.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use super::class::{Class, Remark};
use super::rules::Limits;

/// The interpreter nests 50 forms, its parser 512 arrays: far below this, in builds without optimisation too.
const STACK_BYTES: usize = 64 << 20;
/// Name of the threads; a program may keep its panic messages quiet by it: they can quote a document.
pub const THREAD_NAME: &str = "preflight";

/// Runs `work` and makes a panic a fault.
pub(crate) fn guarded<T, E: From<Remark>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(E::from(match panic.downcast::<Spent>() {
            Ok(spent) => Remark::of_file(Class::TooComplex, spent.0),
            Err(_) => Remark::damaged("its reader gave up"),
        }))
    })
}

/// Runs `work` on a large stack of its own, guarded.
pub(super) fn apart<T: Send, E: From<Remark> + Send>(
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, E> {
    thread::scope(|scope| {
        let builder = thread::Builder::new()
            .name(THREAD_NAME.into())
            .stack_size(STACK_BYTES);
        match builder.spawn_scoped(scope, || guarded(work)) {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|_| Err(Remark::damaged("its reader gave up").into())),
            Err(_) => Err(Remark::damaged("no thread could be started to read it").into()),
        }
    })
}

/// What unwinds when a budget is spent.
struct Spent(&'static str);

/// What the pages of a file may still draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    drawn: u64,
    pixels: u64,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            drawn: limits.drawn_max,
            pixels: limits.pixels_max,
        }
    }

    /// Takes path segments, glyphs, forms or clips; unwinds to [`guarded`] where there are too many.
    pub(super) fn draw(&mut self, count: u64) {
        match self.drawn.checked_sub(count) {
            Some(left) => self.drawn = left,
            None => resume_unwind(Box::new(Spent("too many lines, letters or forms"))),
        }
    }

    /// Takes pixels; unwinds to [`guarded`] where there are too many.
    pub(super) fn paint(&mut self, pixels: u64) {
        match self.pixels.checked_sub(pixels) {
            Some(left) => self.pixels = left,
            None => resume_unwind(Box::new(Spent("too many pixels"))),
        }
    }

    /// How much has been drawn since `before`.
    pub(super) fn drawn_since(&self, before: &Self) -> u64 {
        before.drawn - self.drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_apart_is_a_fault() {
        let panics = apart(|| -> Result<(), Remark> { panic!("of a test") });
        assert_eq!(panics.unwrap_err().class, Class::Damaged);
        let spends = apart(|| -> Result<(), Remark> {
            Budget::new(&Limits::default()).draw(u64::MAX);
            Ok(())
        });
        assert_eq!(spends.unwrap_err().class, Class::TooComplex);
        assert_eq!(apart(|| Ok::<_, Remark>(7)), Ok(7));
    }
}
